"""Who calls: read from a signed token, never from the body."""

import json
from typing import Annotated, Any
from uuid import UUID, uuid4

import structlog
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.causes import Cause, current
from shared.machines import NotFound

ALGORITHM = "Ed25519"  # RFC 9864: the exact name of what was EdDSA
bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


class Caller(BaseModel):
    """The person or system behind a call, in one role."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
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
        claims: dict[str, Any] = jwt.decode(token, self.key, algorithms=[ALGORITHM]).claims
        self.rules.validate(claims)
        return Caller.model_validate(claims | {"id": claims["sub"]})


async def calling(request: Request, credentials: bearer) -> Caller:
    """Admit the caller, to this network only; 401 without a good token, 404 for another network."""
    try:
        caller: Caller = request.app.state.doorkeeper.admit(credentials.credentials)  # type: ignore[union-attr]
    except (AttributeError, JoseError, ValidationError, ValueError):
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from None
    network = request.path_params.get("network", "")
    if network and network not in caller.networks:
        raise NotFound
    correlation = request.headers.get("x-correlation-id", "")[:64] or str(uuid4())
    current.set(Cause(correlation, actor_id=caller.id, actor_role=caller.role, network=network))
    structlog.contextvars.bind_contextvars(correlation_id=correlation, network=network)
    return caller


Calling = Annotated[Caller, Depends(calling)]
