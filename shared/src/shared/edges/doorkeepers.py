"""Who a token says is calling: people's are signed with our keys, machines' by their issuers."""

import json
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Annotated, Any, Self
from uuid import UUID

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.edges.keysets import OF_PEOPLE
from shared.edges.token_refusals import TokenAmiss, TokenRefusals
from shared.edges.tokens import MachineTokens, check_lifetime, issuer_in, rules
from shared.people.identity_numbers import holds_identity_number
from shared.settings import ServiceSettings
from shared.settings.issuers import Issuer, issuers_in

# joserfc: an odd header comes as TypeError or ValueError, a deep one as RecursionError.
NOT_ADMITTED = (JoseError, ValueError, TypeError, ArithmeticError, RecursionError)
# What a caller's role or unit can be called: a NUL would get as far as the database.
Word = Annotated[str, Field(pattern=r"^[^\p{Cc}]{0,200}$")]


OF_MACHINES = "machine:"  # how their ids begin, in events and logs, and nobody else's


class Caller(BaseModel):
    """The person or system behind a call, in one role."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]
    role: Word
    organisation: UUID | None = None
    unit: Word = ""
    networks: frozenset[str] = frozenset()
    is_machine: bool = False

    @field_validator("unit", mode="before")
    @classmethod
    def take_null_as_none(cls, unit: object) -> object:
        return "" if unit is None else unit


class Doorkeeper:
    """Reads tokens for one service: people's with our keys, machines' with their issuers'."""

    def __init__(self, service: str, *public_keys: str, issuers: Sequence[Issuer] = ()) -> None:
        self.keys = [OKPKey.import_key(json.loads(key)) for key in public_keys if key]
        self.rules = rules(service)
        self.issuers = {one.issuer: MachineTokens(one) for one in issuers}
        self.machines = {
            (one.issuer, client): Caller(
                id=f"{OF_MACHINES}{client}", is_machine=True, **machine.model_dump()
            )
            for one in issuers
            for client, machine in one.machines.items()
        }
        self.refusals = TokenRefusals()

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """Make it as the settings say; SystemExit names what is amiss in the file of issuers."""
        keys = settings.token_public_key, settings.previous_token_public_key
        file = settings.token_issuers_file
        try:
            return cls(settings.service, *keys, issuers=issuers_in(file) if file else ())
        except ValueError as amiss:
            raise SystemExit(f"{settings.variable('token_issuers_file')}: {amiss}") from None

    @property
    def work(self) -> Sequence[Callable[[object], Coroutine[Any, Any, None]]]:
        """Give what keeps the keys of issuers fresh, for as long as the service runs."""
        return [one.published.run for one in self.issuers.values() if one.published]

    def admit(self, token: str) -> Caller:
        """Return the caller; raise one of NOT_ADMITTED for a token that isn't good here."""
        issuer = self.issuer_of(token)
        return self.machine(issuer, token) if issuer else self.person(token)

    def issuer_of(self, token: str) -> str:
        """Name the issuer whose the token says it is; nothing where we know none of that name."""
        named = issuer_in(token) if self.issuers else None
        return named if named in self.issuers else ""

    def person(self, token: str) -> Caller:
        claims = self.signed_claims(token)
        self.rules.validate(claims)
        check_lifetime(claims)
        caller = Caller.model_validate(claims | {"id": claims["sub"], "is_machine": False})
        if any(map(holds_identity_number, (caller.id, caller.role, caller.unit))):
            raise TokenAmiss("an actor's id travels: it can't be an identity number")
        if caller.id.startswith(OF_MACHINES):
            raise TokenAmiss(f"its sub begins with {OF_MACHINES}, as machines' ids alone do")
        return caller

    def signed_claims(self, token: str) -> dict[str, Any]:
        """Give what a token says that is signed with our key, or with the one before it."""
        *earlier, last = self.keys
        for key in earlier:
            try:
                return jwt.decode(token, key, algorithms=OF_PEOPLE).claims
            except BadSignatureError:
                continue
        return jwt.decode(token, last, algorithms=OF_PEOPLE).claims

    def machine(self, issuer: str, token: str) -> Caller:
        caller = self.machines.get((issuer, self.issuers[issuer].client_of(token)))
        if caller is None:
            raise TokenAmiss("its client isn't one of the issuer's machines")
        return caller

    def note(self, token: str, error: Exception) -> None:
        """Say in the log whose token was refused, and why."""
        whose = ""
        with suppress(*NOT_ADMITTED):
            whose = self.issuer_of(token)
        self.refusals.note(whose or "people", error)
