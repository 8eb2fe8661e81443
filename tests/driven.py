"""A service driven over its API by the people who use it: the real app, without sockets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Self

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from tests.callers import bearer, client
from uuid_utils.compat import uuid7

from shared.database import Database
from shared.events import TYPE_PREFIX, Envelope, Event
from shared.inbox import Hears

TODAY = date(2026, 3, 2)


@dataclass
class Running:
    """A service without sockets, on a day that is set by hand."""

    service: ClassVar[str]

    app: FastAPI
    http: httpx.AsyncClient

    @property
    def database(self) -> Database:
        found: Database = self.app.state.database
        return found

    async def set_the_day(self, day: date) -> None:
        headers = bearer(self.service, "system")
        answer = await self.http.put("/clock", json={"today": day.isoformat()}, headers=headers)
        assert answer.is_success, answer.text

    async def do_what_is_due(self) -> int:
        answer = await self.http.post("/clock/due", headers=bearer(self.service, "system"))
        assert answer.is_success, answer.text
        return int(answer.json()["done"])


@dataclass
class Driven(Running):
    """What tests do with a service whose people act; each has its own ways beyond these."""

    handlers: ClassVar[Hears]

    network: str = "jobbpakten"

    @classmethod
    @asynccontextmanager
    async def running(cls, app: FastAPI) -> AsyncIterator[Self]:
        """Run the app on its database, on TODAY."""
        async with client(app) as http:
            service = cls(app, http)
            await service.set_the_day(TODAY)
            yield service
        await service.database.engine.dispose()

    async def call(
        self, method: str, path: str, role: str, body: Any = None, **claims: Any
    ) -> httpx.Response:
        """Call a path below the network; header names start with a capital, the rest are claims."""
        headers = {k.replace("_", "-"): claims.pop(k) for k in [*claims] if k[0].isupper()}
        headers |= bearer(self.service, role, **claims)
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        url = f"/networks/{self.network}{path}"
        return await self.http.request(method, url, headers=headers, **sent)

    async def good(self, method: str, path: str, role: str, body: Any = None, **claims: Any) -> Any:
        answer = await self.call(method, path, role, body, **claims)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    async def told(self) -> list[str]:
        """Give the kinds of all events told, in order."""
        return [kind for kind, _, _ in await self.told_in_full()]

    async def told_in_full(self) -> list[tuple[str, dict[str, Any], Any]]:
        """Give kind, headers and payload of all events told, in order; a tombstone's is None."""
        rows = text("SELECT headers, payload FROM outbox ORDER BY position")
        async with self.database.transaction() as tx:
            found = (await (await tx.connection()).execute(rows)).all()
        return [
            (headers["ce_type"].removeprefix(TYPE_PREFIX), headers, json.loads(payload or b"null"))
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
            await self.handlers[type(event)](tx, event, about)
