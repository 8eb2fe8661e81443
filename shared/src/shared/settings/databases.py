"""How a service reaches its database."""

import os
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from shared.edges.tls import TlsFiles
from shared.settings.stages import StageSettings
from shared.settings.words import is_printed

DRIVER = "postgresql+asyncpg"
# asyncpg reads it where nobody says anything else; we always do.
UNHEARD = "PGSSLMODE"


class WayToDatabase(StageSettings):
    """Where the database is, how much of the way there is secured, and who we say we are."""

    database_url: str = Field("", repr=False)  # it may hold a password
    database_direct_url: str = Field(
        "",
        description="The same database without a pooler; empty: as database_url.",
        repr=False,
    )
    database_tls: Literal["off", "require", "verify-full"] = Field(
        "off",
        description="off: no TLS, even where the server offers it; verify-full: its certificate is "
        "of an authority of ours and for its host; require: any will do, or with a CA file one of "
        "that authority.",
    )
    database_ca_file: str = Field(
        "", description="The authorities that sign its certificate, as PEM; empty: the system's."
    )
    database_certificate_file: str = Field("", description="Our certificate for it, as PEM.")
    database_key_file: str = Field("", description="The key of that certificate, as PEM.")
    database_password: str = Field(
        "",
        repr=False,
        description="Where the address holds none; better a file: …_PASSWORD_FILE, "
        "which is read at each connection.",
    )

    @model_validator(mode="after")
    def refuse_halves(self) -> Self:
        named, tls = self.variable, self.variable("database_tls")
        files = ("database_ca_file", "database_certificate_file", "database_key_file")
        used = [name for name in files if getattr(self, name)]
        if used and self.database_tls == "off":
            raise ValueError(f"{named(used[0])}: nothing reads it while {tls} is off")
        if self.database_key_file and not self.database_certificate_file:
            at = named("database_certificate_file")
            raise ValueError(f"{named('database_key_file')}: set {at} beside it")
        if self.database_tls == "off" and os.environ.get(UNHEARD, "").startswith(("req", "ver")):
            raise ValueError(f"{UNHEARD}: nothing reads it: set {tls} instead")
        return self

    @property
    def direct_url(self) -> str:
        return self.database_direct_url or self.database_url

    @property
    def database_tls_files(self) -> TlsFiles:
        """What a TLS context for the database is made of."""
        checks = {"chain", "name"} if self.database_tls == "verify-full" else set[str]()
        if self.database_ca_file:
            checks |= {"chain"}
        files = (self.database_ca_file, self.database_certificate_file, self.database_key_file)
        return TlsFiles(*files, frozenset(checks))


class DatabaseSettings(WayToDatabase):
    """The service's own database."""

    database_url: str = Field(
        description="The service's own database; through a pooler if you like, pgbouncer 1.21 or "
        "newer in transaction mode (docs/operations/postgresql.md).",
        min_length=1,
        repr=False,
        examples=["postgresql+asyncpg://membership:…@db:5432/membership"],
    )

    @field_validator("database_url", "database_direct_url")
    @classmethod
    def refuse_another_database(cls, value: str) -> str:
        if value and not is_address(value):
            said = f"it begins with {DRIVER}://, and a password's @, : and / are %40, %3A and %2F"
            raise ValueError(said)
        if words := tls_words(value):
            tls = cls.variable("database_tls")
            raise ValueError(f"it says {words}: take that out, and set {tls}")
        return value

    @model_validator(mode="after")
    def refuse_a_printed_password(self) -> Self:
        for name in ("database_url", "database_direct_url"):
            url = make_url(getattr(self, name) or f"{DRIVER}://")
            said = {"password": url.password, "user": url.username} | url.query  # as asyncpg reads
            own = self.database_password
            if own and said["password"]:
                other = self.variable("database_password")
                raise ValueError(f"{self.variable(name)}: it holds a password, and {other} another")
            if self.is_for_real and is_printed(own or said["password"], said["user"]):
                at = self.variable("database_password" if own else name)
                raise ValueError(f"{at}: its password is one from a manual")
        return self


def is_address(text: str) -> bool:
    """Tell the address of a PostgreSQL database, whose parts are written as an address wants."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return False
    return url.drivername == DRIVER and "@" not in f"{url.host} {url.database}"


def tls_words(address: str) -> str:
    """Give those words of an address that say how to secure the way; no two drivers agree."""
    words = make_url(address).query if address else {}
    return ", ".join(sorted(word for word in words if word.startswith("ssl")))
