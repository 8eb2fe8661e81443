"""Who calls in tests: a key pair, tokens signed with it, a client for an app, and its patience."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import httpx
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey
from starlette.types import Receive, Scope, Send
from tests.support.eventually import PATIENCE_S

from shared.edges.keysets import ALGORITHM
from shared.edges.tokens import LONGEST_SECONDS
from shared.settings import ServiceSettings

Chosen = TypeVar("Chosen", bound=ServiceSettings)
KEY = OKPKey.generate_key("Ed25519")
PUBLIC_KEY = json.dumps(KEY.as_dict(private=False))


def token(service: str, role: str, **claims: Any) -> str:
    """Sign a token that outlives the run; networks default to jobbpakten, the actor to the role."""
    seconds = claims.pop("seconds", LONGEST_SECONDS)
    whole = {"sub": claims.pop("actor", f"{role}-1"), "aud": service, "role": role}
    whole |= {"networks": ["jobbpakten"], "exp": int(time.time()) + seconds} | claims
    whole = {
        name: str(value) if isinstance(value, UUID) else value for name, value in whole.items()
    }
    return jwt.encode({"alg": ALGORITHM}, whole, KEY, algorithms=[ALGORITHM])


def bearer(service: str, role: str, **claims: Any) -> dict[str, str]:
    """Give the header that makes the caller known."""
    return {"Authorization": f"Bearer {token(service, role, **claims)}"}


class BothPorts:
    """A service as one app: what callers ask, and what operators do on a port of its own."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.state = app, app.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        of_operators = scope["path"].startswith(("/health/", "/metrics", "/clock"))
        await (self.state.probes if of_operators else self.app)(scope, receive, send)


def client(app: FastAPI) -> httpx.AsyncClient:
    """Call a service's two ports without a socket; what runs beside HTTP doesn't start."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(BothPorts(app)), base_url="http://test")


async def answered(call: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Call as a client does: again, when it was told to, as long as there is no time for it.

    Whoever waits for a row longer than a call may is answered 503: nothing was stored.
    """
    patience = time.monotonic() + PATIENCE_S
    while True:
        answer = await call()
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > patience:
            return answer
        await asyncio.sleep(int(answer.headers["Retry-After"]))


def settings(kind: type[Chosen], database_url: str, **more: Any) -> Chosen:
    """Give a service's settings for a test; without Kafka unless it is named."""
    usual = {"kafka_servers": "127.0.0.1:1", "token_public_key": PUBLIC_KEY, "municipality": "0380"}
    usual |= {"environment": "test", "clock": "manual", "database_url": database_url}
    return kind(**(usual | more))
