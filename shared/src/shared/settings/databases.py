"""How a service reaches its database."""

from typing import Self

from pydantic import Field, field_validator, model_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from shared.settings.stages import StageSettings
from shared.settings.words import is_printed

DRIVER = "postgresql+asyncpg"


class DatabaseSettings(StageSettings):
    """The service's own database."""

    database_url: str = Field(
        description="The service's own database, through a pooler if you like.",
        min_length=1,
        repr=False,  # it may hold a password
        examples=["postgresql+asyncpg://membership:…@db:5432/membership"],
    )
    database_direct_url: str = Field(
        "",
        description="The same database without a pooler; empty: as database_url.",
        repr=False,
    )

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
                raise ValueError(f"{self.variable(name)}: its password is one from a manual")
        return self

    @property
    def direct_url(self) -> str:
        return self.database_direct_url or self.database_url


def is_address(text: str) -> bool:
    """Tell the address of a PostgreSQL database, whose parts are written as an address wants."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return False
    return url.drivername == DRIVER and "@" not in f"{url.host} {url.database}"
