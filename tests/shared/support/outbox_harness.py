"""A service that only tells, on a prefix of topics of its own; and reading what it told."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer
from sqlalchemy import text
from tests.shared.support.records import made
from tests.support.eventually import PATIENCE_S, in_the_end

from jobbpakten_local.parts.kafka_access import Access
from shared.database import Database
from shared.messaging import outbox
from shared.settings import ServiceSettings

TOPIC = "membership.v1"
NO_WAY = Access("")


class Telling(ServiceSettings, service="membership"):
    """A service that tells."""


class Hearing(ServiceSettings, service="followup"):
    """A service that hears."""


@dataclass
class Teller:
    """A database with an outbox, and a prefix of topics of its own."""

    settings: ServiceSettings
    database: Database
    access: Access = NO_WAY  # of others, to the same Kafka

    def hearing(self, url: str) -> ServiceSettings:
        """Give the settings of a service that hears what this one tells."""
        own = self.settings.model_dump() | self.access.fields_for(Hearing.service)
        return Hearing(**(own | {"database_url": url}))

    async def tells(self, number: int, times: int = 1) -> None:
        async def once() -> None:
            async with self.database.transaction() as tx:
                await outbox.tell(tx, made(number))

        for _ in range(times):
            await in_the_end(once)

    async def waiting(self) -> int:
        async with self.database.transaction() as tx:
            count = await (await tx.connection()).scalar(text("SELECT count(*) FROM outbox"))
            return int(count or 0)

    async def is_empty(self) -> None:
        assert await self.waiting() == 0


async def ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def topic_of(teller: Teller, count: int) -> list[Any]:
    """Read the topic from its beginning until so many records have come."""
    about = teller.settings
    consumer = AIOKafkaConsumer(
        about.kafka_topic_prefix + TOPIC,
        **teller.access.reached_by(Hearing.service),
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        return [await asyncio.wait_for(anext(consumer), PATIENCE_S) for _ in range(count)]
    finally:
        await consumer.stop()


def header(record: Any, name: str) -> str:
    return str(dict(record.headers)[name], "utf-8")
