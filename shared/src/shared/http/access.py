"""Who calls: read from a signed token, never from the body."""

import json
import re
import time
from typing import Annotated, Any
from uuid import UUID, uuid4

import structlog
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.machines import NotFound
from shared.messaging.causation import Cause, current
from shared.people.identity_numbers import holds_identity_number, may_name_somebody

ALGORITHM = "Ed25519"  # RFC 9864: the exact name of what was EdDSA
ALGORITHMS = [ALGORITHM, "EdDSA"]
LONGEST_SECONDS = 8 * 60 * 60
SLACK_SECONDS = 60  # by which the issuer's clock and ours may differ
# joserfc: an odd header comes as TypeError or ValueError, a deep one as RecursionError.
NOT_ADMITTED = (JoseError, ValueError, TypeError, ArithmeticError, RecursionError)
CORRELATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
# What a caller's role or unit can be called: a NUL would get as far as the database.
Word = Annotated[str, Field(pattern=r"^[^\p{Cc}]{0,200}$")]
bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


class Caller(BaseModel):
    """The person or system behind a call, in one role."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]
    role: Word
    organisation: UUID | None = None
    unit: Word = ""
    networks: frozenset[str] = frozenset()

    @field_validator("unit", mode="before")
    @classmethod
    def take_null_as_none(cls, unit: object) -> object:
        return "" if unit is None else unit


class Doorkeeper:
    """Reads tokens for one service with the issuer's public key."""

    def __init__(self, service: str, public_key: str) -> None:
        self.key = OKPKey.import_key(json.loads(public_key))
        self.rules = jwt.JWTClaimsRegistry(
            leeway=SLACK_SECONDS,
            aud={"essential": True, "value": service},
            exp={"essential": True},
            sub={"essential": True},
        )

    def admit(self, token: str) -> Caller:
        """Return the caller; raise one of NOT_ADMITTED for a token that isn't good here."""
        claims: dict[str, Any] = jwt.decode(token, self.key, algorithms=ALGORITHMS).claims
        self.rules.validate(claims)
        issued_at = claims.get("iat", time.time())
        if claims["exp"] > issued_at + LONGEST_SECONDS + SLACK_SECONDS:
            raise ValueError("a token lives for eight hours at most")
        caller = Caller.model_validate(claims | {"id": claims["sub"]})
        if any(map(holds_identity_number, (caller.id, caller.role, caller.unit))):
            raise ValueError("an actor's id travels: it can't be an identity number")
        return caller


def admitted(request: Request) -> Caller:
    """Return the caller; HTTPException 401 without a good token, or with two of them."""
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    try:
        (sent,) = request.headers.getlist("authorization")
        scheme, _, token = sent.partition(" ")
        return doorkeeper.admit(token.strip() if scheme.lower() == "bearer" else "")
    except NOT_ADMITTED:
        detail = "The token is missing, expired, or isn't for this service."
        raise HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"}) from None


async def calling(request: Request, _: bearer) -> Caller:
    """Admit the caller, to this network only; 401 without a good token, 404 for another network."""
    caller = admitted(request)
    network = request.path_params.get("network", "")
    if network and network not in caller.networks:
        raise NotFound
    correlation = correlation_of(request)
    current.set(Cause(correlation, actor_id=caller.id, actor_role=caller.role, network=network))
    structlog.contextvars.bind_contextvars(correlation_id=correlation, network=network)
    return caller


def correlation_of(request: Request) -> str:
    """Give the caller's own name for the call, or one of ours: it travels, so it says nothing.

    What could be somebody's number would be refused later, and only where an event is told.
    """
    asked = ", ".join(request.headers.getlist("x-correlation-id"))  # two are none
    kept = CORRELATION.fullmatch(asked) and not may_name_somebody(asked)
    return asked if kept else str(uuid4())


Calling = Annotated[Caller, Depends(calling)]
