"""A matching service without sockets: the real app on a fresh database, on a settable day."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import OctKey, OKPKey
from sqlalchemy import text
from tests.callers import bearer, client, settings
from uuid_utils.compat import uuid7

from matching.main import create_app
from matching.settings import Settings
from matching.subscribers import hears
from shared.database import Database
from shared.events import TYPE_PREFIX, Envelope, Event

TODAY = date(2026, 3, 2)
UNIT, OTHER_UNIT = "jobbcenter_city", "jobbcenter_gottsunda"
NOTIFICATIONS = OKPKey.generate_key("X25519")
PRIVATE_KEY = json.dumps(NOTIFICATIONS.as_dict(private=True))  # notifications' own
KEYS = {
    "identity_key": json.dumps(OctKey.generate_key(256).as_dict()),
    "sensitive_key": json.dumps(OctKey.generate_key(256).as_dict()),
    "notifications_public_key": json.dumps(NOTIFICATIONS.as_dict(private=False)),
}


@dataclass
class Matching:
    """Drives the service over its API, as the people who use it do."""

    app: FastAPI
    http: httpx.AsyncClient
    network: str = "jobbpakten"

    @property
    def database(self) -> Database:
        found: Database = self.app.state.database
        return found

    async def call(
        self, method: str, path: str, role: str, body: Any = None, **claims: Any
    ) -> httpx.Response:
        """Call a path below the network; header names start with a capital, the rest are claims.

        A caseworker is of UNIT unless another unit is claimed.
        """
        headers = {k.replace("_", "-"): claims.pop(k) for k in [*claims] if k[0].isupper()}
        claims = ({"unit": UNIT} if role == "caseworker" else {}) | claims
        headers |= bearer("matching", role, **claims)
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        url = f"/networks/{self.network}{path}"
        return await self.http.request(method, url, headers=headers, **sent)

    async def good(self, method: str, path: str, role: str, body: Any = None, **claims: Any) -> Any:
        answer = await self.call(method, path, role, body, **claims)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    async def set_the_day(self, day: date) -> None:
        headers = bearer("matching", "system")
        answer = await self.http.put("/clock", json={"today": day.isoformat()}, headers=headers)
        assert answer.is_success, answer.text

    async def do_what_is_due(self) -> int:
        answer = await self.http.post("/clock/due", headers=bearer("matching", "system"))
        assert answer.is_success, answer.text
        return int(answer.json()["done"])

    async def told(self) -> list[str]:
        """Give the kinds of all events told, in order."""
        return [kind for kind, _, _ in await self.told_in_full()]

    async def told_in_full(self) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Give kind, headers and payload of all events told, in order; a tombstone's is empty."""
        rows = text("SELECT headers, payload FROM outbox ORDER BY position")
        async with self.database.transaction() as tx:
            found = (await (await tx.connection()).execute(rows)).all()
        return [
            (headers["ce_type"].removeprefix(TYPE_PREFIX), headers, json.loads(payload or b"{}"))
            for headers, payload in found
        ]

    async def told_about(self, key: str) -> list[str]:
        """Give the kinds of the events told about one aggregate, in order."""
        told = await self.told_in_full()
        return [kind for kind, headers, _ in told if headers["ce_subject"] == key]

    async def hears(self, event: Event, on: date = TODAY) -> None:
        """Hand the event to the function that hears it, as the inbox does."""
        about = Envelope(
            id=uuid7(),
            type=TYPE_PREFIX + event.kind,
            subject=event.key,
            time=datetime.now(UTC),  # noqa: TID251 - recorded time, which no rule sees
            aggregateversion=1,
            occurredat=on,
            network=self.network,
        )
        async with self.database.transaction() as tx:
            await hears[type(event)](tx, event, about)


@asynccontextmanager
async def running(url: str, **more: Any) -> AsyncIterator[Matching]:
    """Run the app on a database, on TODAY."""
    app = create_app(settings(Settings, url, **(KEYS | more)))
    async with client(app) as http:
        service = Matching(app, http)
        await service.set_the_day(TODAY)
        yield service
    await service.database.engine.dispose()


@pytest.fixture
async def matching(database: Callable[[str], str]) -> AsyncIterator[Matching]:
    async with running(database("matching")) as service:
        yield service
