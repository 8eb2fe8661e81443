"""The relay against raw `send` of the same bytes, headers and keys to a topic of the same form."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from tests.bench.rounds import ROUNDS, Line, Measure, alternating, line
from tests.bench.stages import TOPIC, Stage
from tests.bench.told import Message, keep, kept
from tests.shared.support.outbox_harness import Telling, ended

from shared.database import connect
from shared.edges.kafka import arguments
from shared.edges.postgres import Door
from shared.messaging.relay import MAX_BATCH_BYTES, Relay, producer_of
from shared.settings import ServiceSettings

EVENTS = 20_000
MOST_LIVE = 4_000
FILL = """INSERT INTO outbox (topic, key, version, headers, payload)
          SELECT topic, key, version, headers, payload FROM kept ORDER BY position"""


async def measured(stage: Stage, rounds: int = ROUNDS, events: int = EVENTS) -> list[Line]:
    """Compare events a second, from the commit until the last is acknowledged and deleted."""
    url = await keep(stage, events)
    messages = await kept(url)
    async with AsyncExitStack() as after:
        raw = AIOKafkaProducer(**stage.admin, enable_idempotence=True, linger_ms=5)
        await after.enter_async_context(raw)
        sides: dict[str, Measure] = {"raw send": sending(raw, await stage.prefix(), messages)}
        for name, producer in (("relay, fenced", producer_of), ("relay, unfenced", unfenced_of)):
            settings = stage.settings(Telling, url, await stage.prefix())
            sides[name] = relaying(settings, producer, events)
        found = await alternating(sides, rounds)
    return [
        line(found, "relay, fenced", "raw send", "events/s", "≥ 1.0"),
        line(found, "relay, unfenced", "raw send", "events/s"),
    ]


def sending(producer: AIOKafkaProducer, prefix: str, messages: list[Message]) -> Measure:
    async def measure() -> float:
        begun = time.perf_counter()
        live: deque[Any] = deque()
        for one in messages:
            if len(live) >= MOST_LIVE:
                await live.popleft()
            sent = producer.send(prefix + TOPIC, one.value, key=one.key, headers=one.headers)
            live.append(await sent)
        while live:
            await live.popleft()
        return len(messages) / (time.perf_counter() - begun)

    return measure


def relaying(
    settings: ServiceSettings, producer: Callable[[ServiceSettings], AIOKafkaProducer], events: int
) -> Measure:
    async def measure() -> float:
        async with leading(settings, producer) as relay:
            connection = await Door(settings.direct_url).connect()
            relay.quiet.clear()
            await connection.execute(FILL)
            begun = time.perf_counter()
            relay.told.set()
            while await left(connection):
                relay.quiet.clear()
                await relay.quiet.wait()
            await connection.close()
            return events / (relay.quiet_since - begun)

    return measure


async def left(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT count(*) FROM outbox"))


class Watched(Relay):
    """A relay that says when it has nothing to do: all is acknowledged and deleted."""

    def __init__(self, settings: ServiceSettings, **how: Any) -> None:
        super().__init__(settings, connect(settings), **how)
        self.quiet, self.quiet_since = asyncio.Event(), 0.0

    async def woken(self) -> bool:
        if not self.quiet.is_set():
            self.quiet_since = time.perf_counter()
        self.quiet.set()
        return await super().woken()


@asynccontextmanager
async def leading(
    settings: ServiceSettings, producer: Callable[[ServiceSettings], AIOKafkaProducer]
) -> AsyncIterator[Watched]:
    """Give a relay that leads and waits."""
    relay = Watched(settings, producer=producer)
    running = asyncio.create_task(relay.run())
    await relay.quiet.wait()
    try:
        yield relay
    finally:
        await ended(running)


class Unfenced(AIOKafkaProducer):  # type: ignore[misc]
    """A producer whose transactions are none: beside it one sees what fencing costs."""

    async def begin_transaction(self) -> None:
        """Begin nothing."""

    async def commit_transaction(self) -> None:
        """Commit nothing."""


def unfenced_of(settings: ServiceSettings) -> AIOKafkaProducer:
    return Unfenced(
        **arguments(settings),
        enable_idempotence=True,
        request_timeout_ms=120_000,
        max_batch_size=MAX_BATCH_BYTES,
    )
