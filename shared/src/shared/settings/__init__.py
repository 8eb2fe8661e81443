"""What the environment decides: `MEMBERSHIP_DATABASE_URL` and so on."""

from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from shared.arguments import odd
from shared.keys import HOW_TO, the_same
from shared.settings.databases import DRIVER, DatabaseSettings, is_address
from shared.settings.files import FileAmiss
from shared.settings.kafka import KafkaSettings
from shared.settings.serving import ServingSettings
from shared.settings.tokens import TokenSettings
from shared.settings.words import (
    OPENS,
    PLACEHOLDER,
    PreviousKey,
    SealingKey,
    SecretKey,
    example_of,
    is_key,
    is_printed,
)

__all__ = [
    "DRIVER",
    "OPENS",
    "PLACEHOLDER",
    "PreviousKey",
    "SealingKey",
    "SecretKey",
    "ServiceSettings",
    "example_of",
    "is_address",
    "is_key",
    "is_printed",
]


class ServiceSettings(ServingSettings, TokenSettings, KafkaSettings, DatabaseSettings):
    """The settings of one service; each is read from `<SERVICE>_<NAME>`."""

    municipality: str = Field(
        description="The municipality's code, four digits.", pattern="^[0-9]{4}$", examples=["0380"]
    )
    networks: str = Field(
        "", description="A folder with a folder of YAML for each network; empty: those shipped."
    )
    clock: Literal["system", "manual"] = Field(
        "system", description="manual: in test and demo only."
    )
    handler_limit_seconds: float = Field(10, gt=0, description="Longer than that parks an event.")
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

    @model_validator(mode="after")
    def refuse_one_key_for_two_purposes(self) -> Self:
        fields = type(self).model_fields
        keys = {self.variable(one): getattr(self, one) for one in fields if is_key(one)}
        if found := the_same({name: jwk for name, jwk in keys.items() if jwk}):
            raise ValueError(f"{found[0]} and {found[1]} are the same key: each needs its own")
        return self

    @model_validator(mode="after")
    def refuse_a_manual_clock_for_real_people(self) -> Self:
        if self.clock == "manual" and self.is_for_real:
            named = self.variable("clock")
            raise ValueError(f"{named}: manual is refused in {self.environment}")
        return self

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment; SystemExit with one sentence for each setting that is amiss."""
        try:
            return cls()
        except FileAmiss as amiss:
            raise SystemExit(str(amiss)) from None
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
        return f"{cls.variable(name)}: {message}{shown}"
