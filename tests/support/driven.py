"""A service driven over its API by the people who use it: the real app, without sockets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self
from uuid import uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from tests.shared.support.records import envelope
from tests.support.callers import answered, bearer, client
from tests.support.eventually import in_the_end
from uuid_utils.compat import uuid7

from jobbpakten_events import TYPE_PREFIX, Event
from shared.database import Database
from shared.messaging.inbox import Hears
from shared.time import clock

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

    def undone(self, kind: str) -> int:
        """Count the things of a kind that can't be done at present; metrics are the last app's."""
        return self.database.undone.count(kind)

    async def set_the_day(self, day: date) -> None:
        headers = bearer(self.service, "system")
        answer = await self.http.put("/clock", json={"today": day.isoformat()}, headers=headers)
        assert answer.is_success, answer.text

    async def do_what_is_due(self) -> int:
        headers = bearer(self.service, "system")
        answer = await answered(lambda: self.http.post("/clock/due", headers=headers))
        assert answer.is_success, answer.text
        assert answer.json()["failed"] == []
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
            for failed in service.database.undone.things.values():
                failed.clear()  # of the test before, where they share the app
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

    async def insists(
        self, method: str, path: str, role: str, body: Any = None, **claims: Any
    ) -> httpx.Response:
        """Call as one of many at once: with a key, and again when there was no time for it."""
        claims.setdefault("Idempotency_Key", uuid4().hex)
        return await answered(lambda: self.call(method, path, role, body, **claims))

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
        about = envelope(
            event,
            id=str(uuid7()),
            time=clock.now().isoformat(),
            occurredat=on.isoformat(),
            network=self.network,
        )

        async def heard() -> None:
            async with self.database.transaction() as tx:
                await self.handlers[type(event)](tx, event, about)

        await in_the_end(heard)
