"""What the environment decides: `MEMBERSHIP_DATABASE_URL` and so on."""

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from shared.arguments import odd
from shared.keys import HOW_TO, pair_key, secret_key, the_same

DRIVER = "postgresql+asyncpg"
PLACEHOLDER = "…"  # stands in every example for what nobody may take over from it
# What manuals, also ours, print where a password belongs: one sign, or such words and no other.
HOLDS_A_PLACE = re.compile(
    r"<.*>|\$?\{.*\}|(.)\1+|[\W\d_]*((change|replace|insert|enter|put|me|mine|my|your|this|here|the"
    r"|s[e3]cret|pass|w[o0]rd|wd|pwd?|example|default|dummy|demo|test|to|do|postgres|user|admin|root"
    r"|guest|hemligt?|lösen|ord|et|ditt|mitt|byt|ut|här|exempel)[\W\d_]*)+"
)

# What a vault or a signature is made with; never shown where settings are shown.
SecretKey = Annotated[str, secret_key(), Field(repr=False, examples=['{"kty":"oct","k":"…"}'])]
SealingKey = Annotated[
    str,
    pair_key("X25519", private=False),
    Field(
        description="The X25519 key that addresses are sealed for, as a public JWK.",
        examples=['{"kty":"OKP","crv":"X25519","x":"…"}'],
    ),
]


def is_address(text: str) -> bool:
    """Tell the address of a PostgreSQL database, whose parts are written as an address wants."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return False
    return url.drivername == DRIVER and "@" not in f"{url.host} {url.database}"


class ServiceSettings(BaseSettings):
    """The settings of one service; each is read from `<SERVICE>_<NAME>`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    service: ClassVar[str]

    database_url: str = Field(
        description="The service's own database, through a pooler if you like.",
        min_length=1,
        examples=["postgresql+asyncpg://membership:…@db:5432/membership"],
    )
    database_direct_url: str = Field(
        "",
        description="The same database without a pooler; empty: as database_url.",
    )
    kafka_servers: str = Field(
        description="Bootstrap servers.", min_length=1, examples=["kafka:9092"]
    )
    kafka_topic_prefix: str = Field(
        "",
        pattern=r"^[a-zA-Z0-9._-]*$",
        description="Set before topics, groups, transactional ids.",
    )
    token_public_key: Annotated[str, pair_key("Ed25519", private=False)] = Field(
        description="The Ed25519 key that callers' tokens are signed with, as a public JWK.",
        examples=['{"kty":"OKP","crv":"Ed25519","x":"…"}'],
    )
    municipality: str = Field(
        description="The municipality's code, four digits.", pattern="^[0-9]{4}$", examples=["0380"]
    )
    networks: str = Field(
        "", description="A folder with a folder of YAML for each network; empty: those shipped."
    )
    environment: Literal["production", "staging", "test", "demo"] = "production"
    clock: Literal["system", "manual"] = Field(
        "system", description="manual: in test and demo only."
    )
    handler_limit_seconds: float = Field(10, gt=0, description="Longer than that parks an event.")
    session_timeout_ms: int = Field(10_000, gt=0, description="Of the consumer group's members.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def __init_subclass__(cls, *, service: str, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.service = service
        cls.model_config["env_prefix"] = f"{service.upper()}_"

    @field_validator("*", mode="before")
    @classmethod
    def refuse_an_example(cls, value: Any) -> Any:
        if isinstance(value, str) and PLACEHOLDER in value:
            raise ValueError(f"it is the example: put what is yours where it says {PLACEHOLDER}")
        if isinstance(value, str) and odd([value]):
            raise ValueError("it isn't UTF-8: type it anew")
        return value

    @field_validator("database_url", "database_direct_url")
    @classmethod
    def refuse_another_database(cls, value: str) -> str:
        if not value or is_address(value):
            return value
        said = f"it begins with {DRIVER}://, and a password's @, : and / are %40, %3A and %2F"
        raise ValueError(said)

    @model_validator(mode="after")
    def refuse_a_printed_password(self) -> Self:
        for name in ("database_url", "database_direct_url"):
            url = make_url(getattr(self, name) or f"{DRIVER}://")
            said = {"password": url.password, "user": url.username} | url.query  # as asyncpg reads
            if self.is_for_real and is_printed(said["password"], said["user"]):
                raise ValueError(f"{variable(type(self), name)}: its password is one from a manual")
        return self

    @model_validator(mode="after")
    def refuse_one_key_for_two_purposes(self) -> Self:
        fields = type(self).model_fields
        keys = {variable(type(self), one): getattr(self, one) for one in fields if is_key(one)}
        if found := the_same({name: jwk for name, jwk in keys.items() if jwk}):
            raise ValueError(f"{found[0]} and {found[1]} are the same key: each needs its own")
        return self

    @model_validator(mode="after")
    def refuse_a_manual_clock_for_real_people(self) -> Self:
        if self.clock == "manual" and self.is_for_real:
            named = variable(type(self), "clock")
            raise ValueError(f"{named}: manual is refused in {self.environment}")
        return self

    @property
    def is_for_real(self) -> bool:
        """Tell whether somebody's life can be in it."""
        return self.environment in {"production", "staging"}

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
        if not place:  # it is about several, and names them
            return message.removeprefix("Value error, ")
        name = str(place[0])
        field = cls.model_fields[name]
        shown = f", for example {example_of(field, cls.service)}" if field.examples else ""
        shown += f": {HOW_TO}" if is_key(name) and HOW_TO not in message else ""
        return f"{variable(cls, name)}: {message}{shown}"


def variable(kind: type[ServiceSettings], name: str) -> str:
    return f"{kind.service}_{name}".upper()


def is_key(name: str) -> bool:
    """Tell a setting that is a key by its name."""
    return name.endswith("_key")


def is_printed(password: Any, username: Any) -> bool:
    """Tell a password that whoever has read a manual tries first, or one that holds its place."""
    word = str(password or "").casefold().replace(str(username or "me").casefold(), "me")
    return bool(HOLDS_A_PLACE.fullmatch(word))


def example_of(field: FieldInfo, service: str) -> str:
    """Give an example of a setting, for this very service."""
    return str((field.examples or [field.default])[0]).replace("membership", service)
