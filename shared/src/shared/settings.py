"""What the environment decides: `MEMBERSHIP_DATABASE_URL` and so on."""

import json
import shlex
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, ClassVar, Literal, Self

from joserfc.errors import JoseError
from joserfc.jwk import Key, OctKey, OKPKey
from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "postgresql+asyncpg"
SECRET_BITS = 256


def key_that(fits: Callable[[Any], bool], what: str, kind: type[Key]) -> AfterValidator:
    """Refuse what isn't a JWK that fits, in a sentence that says what it isn't."""

    def checked(jwk: str) -> str:
        with suppress(ValueError, TypeError, AttributeError, JoseError, KeyError):
            if fits(kind.import_key(dict(json.loads(jwk)))):
                return jwk
        raise ValueError(f"it isn't {what}")

    return AfterValidator(checked)


def pair_key(curve: str, *, private: bool) -> AfterValidator:
    """Refuse what isn't this half of a pair of keys on the curve."""
    what = f"a {'private' if private else 'public'} JWK on the curve {curve}"
    return key_that(lambda key: (key.curve_name, key.is_private) == (curve, private), what, OKPKey)


# What a vault or a signature is made with; never shown where settings are shown.
SecretKey = Annotated[
    str,
    key_that(lambda key: 8 * len(key.raw_value) == SECRET_BITS, "an octet JWK of 256 bits", OctKey),
    Field(repr=False, examples=['{"kty":"oct","k":"43 characters of base64url"}']),
]
SealingKey = Annotated[
    str,
    pair_key("X25519", private=False),
    Field(
        description="The X25519 key that addresses are sealed for, as a public JWK.",
        examples=['{"kty":"OKP","crv":"X25519","x":"…"}'],
    ),
]


class ServiceSettings(BaseSettings):
    """The settings of one service; each is read from `<SERVICE>_<NAME>`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")
    service: ClassVar[str]

    database_url: str = Field(
        description="The service's own database, through a pooler if you like.",
        examples=["postgresql+asyncpg://membership:secret@db:5432/membership"],
    )
    database_direct_url: str = Field(
        "",
        description="The same database without a pooler; empty: as database_url.",
    )
    kafka_servers: str = Field(description="Bootstrap servers.", examples=["kafka:9092"])
    kafka_topic_prefix: str = Field("", description="Set before topics, groups, transactional ids.")
    token_public_key: Annotated[str, pair_key("Ed25519", private=False)] = Field(
        description="The Ed25519 key that callers' tokens are signed with, as a public JWK.",
        examples=[
            '{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
        ],
    )
    municipality: str = Field(
        description="The municipality's code of four digits.", pattern=r"^\d{4}$", examples=["0380"]
    )
    environment: Literal["production", "staging", "test", "demo"] = "production"
    clock: Literal["system", "manual"] = Field("system", description="manual: never in production.")
    handler_limit_seconds: float = Field(10, gt=0, description="Longer than that parks an event.")
    session_timeout_ms: int = Field(10_000, description="Of the consumer group's members.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def __init_subclass__(cls, *, service: str, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.service = service
        cls.model_config["env_prefix"] = f"{service.upper()}_"

    @field_validator("database_url", "database_direct_url")
    @classmethod
    def refuse_another_database(cls, value: str) -> str:
        with suppress(ArgumentError):
            if not value or make_url(value).drivername == DRIVER:
                return value
        raise ValueError(f"it begins with {DRIVER}://")

    @model_validator(mode="after")
    def refuse_a_manual_clock_in_production(self) -> Self:
        if self.clock == "manual" and self.environment == "production":
            raise ValueError("clock: manual is refused in production")
        return self

    @property
    def direct_url(self) -> str:
        return self.database_direct_url or self.database_url

    @property
    def group(self) -> str:
        """The consumer group, and the first part of the relay's transactional id."""
        return f"{self.kafka_topic_prefix}{self.service}"

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment; SystemExit with one sentence for each setting that is amiss."""
        try:
            return cls()
        except ValidationError as error:
            sentences = (cls._sentence(e["loc"], e["msg"]) for e in error.errors())
            raise SystemExit("\n".join(sentences)) from None

    @classmethod
    def _sentence(cls, place: tuple[Any, ...], message: str) -> str:
        name = str(place[0]) if place else "clock"
        field = cls.model_fields[name]
        shown = f", for example {example_of(field, cls.service)}" if field.examples else ""
        return f"{variable(cls, name)}: {message}{shown}"


def variable(kind: type[ServiceSettings], name: str) -> str:
    return f"{kind.service}_{name}".upper()


def example_of(field: FieldInfo, service: str) -> str:
    """Give an example of a setting, for this very service."""
    return str((field.examples or [field.default])[0]).replace("membership", service)


def example(kind: type[ServiceSettings]) -> str:
    """Write the service's part of `.env.example`: what is needed, and what has a default."""
    lines = [f"# {kind.service}"]
    for name, field in kind.model_fields.items():
        lines += [f"# {field.description}"] if field.description else []
        needed = field.is_required()
        value = example_of(field, kind.service) if needed else str(field.default)
        lines.append(f"{'' if needed else '#'}{variable(kind, name)}={shlex.quote(value)}")
    return "\n".join(lines) + "\n"
