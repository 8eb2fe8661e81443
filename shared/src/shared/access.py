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
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.causes import Cause, current
from shared.logs import holds_identity_number
from shared.machines import NotFound

ALGORITHM = "Ed25519"  # RFC 9864: the exact name of what was EdDSA
ALGORITHMS = [ALGORITHM, "EdDSA"]
LONGEST_SECONDS = 8 * 60 * 60 + 60
CORRELATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


class Caller(BaseModel):
    """The person or system behind a call, in one role."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]
    role: str
    organisation: UUID | None = None
    unit: str = ""
    networks: frozenset[str] = frozenset()


class Doorkeeper:
    """Reads tokens for one service with the issuer's public key."""

    def __init__(self, service: str, public_key: str) -> None:
        self.key = OKPKey.import_key(json.loads(public_key))
        self.rules = jwt.JWTClaimsRegistry(
            aud={"essential": True, "value": service},
            exp={"essential": True},
            sub={"essential": True},
        )

    def admit(self, token: str) -> Caller:
        """Give the caller; JoseError or ValidationError for a token that isn't good here."""
        claims: dict[str, Any] = jwt.decode(token, self.key, algorithms=ALGORITHMS).claims
        self.rules.validate(claims)
        if claims["exp"] > time.time() + LONGEST_SECONDS:
            raise ValueError("a token lives for eight hours at most")
        if holds_identity_number(claims["sub"]):
            raise ValueError("an actor's id travels: it can't be an identity number")
        return Caller.model_validate(claims | {"id": claims["sub"]})


async def calling(request: Request, credentials: bearer) -> Caller:
    """Admit the caller, to this network only; 401 without a good token, 404 for another network."""
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    try:
        caller = doorkeeper.admit(credentials.credentials if credentials else "")
    # joserfc: an odd header comes as TypeError or ValueError.
    except (JoseError, ValidationError, ValueError, TypeError):
        detail = "The token is missing, expired, or isn't for this service."
        raise HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"}) from None
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
    asked = request.headers.get("x-correlation-id", "")
    kept = CORRELATION.fullmatch(asked) and not holds_identity_number(asked)
    return asked if kept else str(uuid4())


Calling = Annotated[Caller, Depends(calling)]
