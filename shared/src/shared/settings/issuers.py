"""Who signs tokens for machines: a file that names each issuer, and what each of its clients may.

A client's role, organisation, unit and networks stand here and never in its token.
"""

from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from jobbpakten_events.roles import PersonRole
from shared.edges.keysets import key_that_verifies
from shared.networks import faults_in
from shared.networks.documents import Document, NetworkAmiss, read
from shared.people.identity_numbers import holds_identity_number, mask


def checked_client(client: str) -> str:
    """Refuse an id that would travel in events as somebody's number."""
    if holds_identity_number(client):
        raise ValueError("it holds an identity number, and a caller's id travels in events")
    return client


def checked_address(url: str) -> str:
    """Refuse what isn't the plain https address of a key set."""
    import httpx  # noqa: PLC0415 - 6 MB: who names no address needs no HTTP client

    with suppress(httpx.InvalidURL, ValueError):
        parts = httpx.URL(url)
        if parts.scheme == "https" and parts.host and not parts.userinfo and not parts.fragment:
            return url
    raise ValueError("it isn't an https address, such as https://login.example.se/jwks")


def checked_key(jwk: dict[str, Any]) -> dict[str, Any]:
    """Refuse what isn't the public half of a key that tokens are signed with."""
    if "d" in jwk:
        raise ValueError("it holds a private half, which is the issuer's alone: take it out")
    if key_that_verifies(jwk) is None:
        what = "RSA of 2048 bits or more, EC P-256 or Ed25519, for signatures, with a kid"
        raise ValueError(f"it isn't a public JWK that tokens are signed with: {what}")
    return jwk


Client = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,190}$"), AfterValidator(checked_client)]
Network = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Named = Annotated[str, Field(min_length=1)]


class Entry(BaseModel):
    """A part of the file: nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Machine(Entry):
    """What one client may: as whom it calls."""

    role: PersonRole
    networks: Annotated[list[Network], Field(min_length=1)]
    organisation: UUID | None = None
    unit: Annotated[str, Field(pattern=r"^[^\p{Cc}]{0,200}$")] = ""


class Issuer(Entry):
    """Who signs: named as its tokens name it, with its keys, or where they are published."""

    issuer: Named
    audience: Named
    jwks: Annotated[str, AfterValidator(checked_address)] | None = None
    ca_file: str | None = None
    keys: Annotated[
        list[Annotated[dict[str, Any], AfterValidator(checked_key)]] | None, Field(min_length=1)
    ] = None
    machines: Annotated[dict[Client, Machine], Field(min_length=1)]

    @model_validator(mode="after")
    def check_one_way_to_its_keys(self) -> Self:
        if bool(self.jwks) == bool(self.keys):
            raise ValueError("it names either jwks, an address, or keys")
        if self.ca_file and not self.jwks:
            raise ValueError("ca_file is for an address: it has none")
        return self


ISSUERS = TypeAdapter(list[Issuer])


def issuers_in(file: str) -> list[Issuer]:
    """Read the file; NetworkAmiss with a line for each fault: which entry, which field and why."""
    document = read(Path(file))
    if not document.said or not isinstance(document.said, list):
        raise NetworkAmiss(document.amiss([], "it is a list: each entry begins with - issuer:"))
    try:
        found = ISSUERS.validate_python(document.said)
    except ValidationError as error:
        raise NetworkAmiss(mask("\n".join(faults_in(document, error)))) from None
    refuse_twice(document, "an issuer", [one.issuer for one in found])
    refuse_twice(document, "a client", [name for one in found for name in one.machines])
    return found


def refuse_twice(document: Document, what: str, names: list[str]) -> None:
    """Refuse a name that stands twice: which of the two is meant, or who called, isn't known."""
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise NetworkAmiss(document.amiss([], f"{what} stands twice: {twice[0]}"))
