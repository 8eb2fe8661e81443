"""Who calls: read from a signed token, never from the body."""

import re
from typing import Annotated
from uuid import uuid4

import structlog
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.edges.doorkeepers import NOT_ADMITTED, Caller, Doorkeeper
from shared.edges.token_refusals import TokenAmiss
from shared.edges.tokens import KeyUnknown
from shared.machines import NotFound
from shared.messaging.causation import Cause, current
from shared.people.identity_numbers import may_name_somebody

__all__ = ["Caller", "Calling", "admitted", "bearer", "calling"]
CORRELATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
NEEDED = """A signed JWT that lives for eight hours at most.

A person's is signed with the key in `TOKEN_PUBLIC_KEY`, and its `aud` is this service. A system's
is an access token by OAuth 2.0 client credentials of an issuer in `TOKEN_ISSUERS_FILE`: with `kid`,
by RS256, ES256 or Ed25519, for the `aud` that stands there, its client named by `client_id` or
`azp`. What the client may stands in that file. It takes no part in an act under four eyes (409
`needs_a_person`)."""
read = HTTPBearer(bearerFormat="JWT", description=NEEDED, auto_error=False)
bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(read)]


async def admitted(request: Request) -> Caller:
    """Return the caller; HTTPException 401 without a good token, or with two of them.

    503 where it can't be known, because its issuer's keys of now couldn't be fetched.
    """
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    token = ""
    try:
        token = token_of(request)
        return await let_in(doorkeeper, token)
    except NOT_ADMITTED as error:
        if isinstance(error, KeyUnknown) and error.keys.is_away:
            detail = "The keys of the token's issuer can't be fetched. Nothing was stored."
            raise HTTPException(503, detail, headers={"Retry-After": "10"}) from None
        doorkeeper.note(token, error)
        detail = "The token is missing, expired, or isn't for this service."
        raise HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"}) from None


def token_of(request: Request) -> str:
    """Return the one token of a call."""
    sent = request.headers.getlist("authorization")
    scheme, _, token = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    if scheme.lower() != "bearer":
        raise TokenAmiss("there is none, or there are two")
    return token.strip()


async def let_in(doorkeeper: Doorkeeper, token: str) -> Caller:
    """Return the caller; a key that isn't known is asked for before the token is refused."""
    try:
        return doorkeeper.admit(token)
    except KeyUnknown as unknown:
        await unknown.keys.ask()
        return doorkeeper.admit(token)


async def calling(request: Request, _: bearer) -> Caller:
    """Admit the caller, to this network only; 401 without a good token, 404 for another network."""
    caller = await admitted(request)
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
