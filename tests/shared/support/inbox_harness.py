"""A service's ear without Kafka: an inbox on a real database, and what it heard."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import text
from tests.shared.support.records import made, record
from tests.support.callers import settings

from jobbpakten_events import Envelope
from jobbpakten_events.membership import CommitmentMade
from shared.database import Database, Tx, connect
from shared.messaging.inbox import Hears
from shared.messaging.inbox.batches import Inbox
from shared.messaging.inbox.records import Heard
from shared.settings import ServiceSettings


class Listening(ServiceSettings, service="followup"):
    """A service that hears membership's topic."""


class Ear:
    """A listener whose handler writes what it hears, and fails where a test wants it to."""

    def __init__(self, url: str, **more: Any) -> None:
        about = settings(Listening, url, **more)
        self.database: Database = connect(about)
        self.fails_on: dict[int, Callable[[], Any]] = {}
        self.batches: list[int] = []
        self.inbox = Inbox(about, self.database, Hears(self.on_commitment_made, all=self.record))

    async def record(self, _: Tx, heard: Sequence[Heard]) -> None:
        self.batches.append(len(heard))

    async def on_commitment_made(self, tx: Tx, event: CommitmentMade, about: Envelope) -> None:
        connection = await tx.connection()
        await connection.execute(
            text("INSERT INTO heard VALUES (:key, :version)"),
            {"key": event.key, "version": about.aggregateversion},
        )
        if failure := self.fails_on.get(about.aggregateversion):
            await asyncio.sleep(0)
            await failure() if asyncio.iscoroutinefunction(failure) else failure()

    async def prepare(self) -> None:
        async with self.database.transaction() as tx:
            await (await tx.connection()).execute(
                text("CREATE TABLE heard (key text, version bigint)")
            )

    async def effects(self, number: int = 1) -> list[int]:
        found = await self.rows("SELECT version FROM heard WHERE key = :key", key=made(number).key)
        return [version for (version,) in found]

    async def parked(self) -> list[tuple[int | None, str]]:
        return [(row.version, row.reason) for row in await self.parked_rows()]

    async def parked_rows(self) -> Any:
        return await self.rows("SELECT * FROM parked ORDER BY topic, key, version, id")

    async def rows(self, sql: str, *, read_only: bool = False, **values: Any) -> Any:
        async with self.database.transaction() as tx:
            if read_only:
                await (await tx.connection()).execute(text("SET TRANSACTION READ ONLY"))
            return (await (await tx.connection()).execute(text(sql), values)).all()

    async def hears(self, *versions: int, number: int = 1) -> None:
        event = made(number)
        await self.inbox.process([record(event, version, offset=version) for version in versions])
