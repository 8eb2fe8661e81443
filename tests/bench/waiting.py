"""How long one event takes at rest: to a waiting consumer, and until its effect is stored."""

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count, cycle

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from tests.bench.hearing import Watched as WatchedInbox
from tests.bench.relaying import leading, unfenced_of
from tests.bench.rounds import ROUNDS, Line, Measure, alternating, line
from tests.bench.stages import TOPIC, Stage
from tests.bench.told import A_CAUSE, keep, kept
from tests.shared.support.outbox_harness import Telling, ended
from tests.shared.support.records import made

from followup.settings import Settings
from followup.subscribers import hears
from shared.database import connect
from shared.edges.postgres import Door
from shared.messaging import outbox
from shared.messaging.causation import because
from shared.messaging.listener import FETCH_WAIT_MS, Listener
from shared.messaging.relay import producer_of

SHOTS = 40
PROMISES = 250  # that the floor sends in turn, as they were told through the real outbox
REST_SECONDS = 0.03
FLOOR = "raw produce, consume"
PRODUCERS = {"fenced": producer_of, "unfenced": unfenced_of}

Shot = Callable[[], Awaitable[float]]


async def measured(stage: Stage, rounds: int = ROUNDS, shots: int = SHOTS) -> list[Line]:
    """Compare medians of single shots, in milliseconds."""
    async with AsyncExitStack() as after:
        enter = after.enter_async_context
        sides = {FLOOR: fired(await enter(produced(stage)), shots)}
        for name in PRODUCERS:
            sides[f"commit to record, {name}"] = fired(await enter(told(stage, name)), shots)
            sides[f"commit to effect, {name}"] = fired(await enter(done(stage, name)), shots)
        found = await alternating(sides, rounds)
    wanted = {"commit to record, fenced": "≤ 3", "commit to effect, fenced": "≤ 8"}
    return [line(found, name, FLOOR, "ms", wanted.get(name, "")) for name in [*sides][1:]]


def fired(shot: Shot, shots: int) -> Measure:
    async def measure() -> float:
        taken = []
        for _ in range(shots):
            await asyncio.sleep(REST_SECONDS * (0.5 + random.random()))
            taken.append(await shot() * 1_000)
        return statistics.median(taken)

    return measure


@asynccontextmanager
async def produced(stage: Stage) -> AsyncIterator[Shot]:
    """Send one promise's bytes with its headers, and wait for them at a consumer."""
    prefix, messages = await stage.prefix(), cycle(await kept(await keep(stage, PROMISES)))
    producer = AIOKafkaProducer(**stage.admin, enable_idempotence=True)
    async with producer, waiting(stage, prefix) as consumer:

        async def shot() -> float:
            one = next(messages)
            begun = time.perf_counter()
            await producer.send(prefix + TOPIC, one.value, key=one.key, headers=one.headers)
            await consumer.getone()
            return time.perf_counter() - begun

        yield shot


@asynccontextmanager
async def told(stage: Stage, producer: str) -> AsyncIterator[Shot]:
    """Tell one promise, and wait for it at a consumer; the clock runs from the commit."""
    settings = stage.settings(Telling, stage.plumbing(), await stage.prefix())
    async with (
        telling(settings, producer) as tell,
        waiting(stage, settings.kafka_topic_prefix) as consumer,
    ):

        async def shot() -> float:
            committed = await tell()
            await consumer.getone()
            return time.perf_counter() - committed

        yield shot


@asynccontextmanager
async def done(stage: Stage, producer: str) -> AsyncIterator[Shot]:
    """Tell one promise, and wait until followup has committed what it makes of it."""
    settings = stage.settings(Telling, stage.plumbing(), await stage.prefix())
    hearing = stage.settings(Settings, stage.followup(), settings.kafka_topic_prefix)
    inbox = WatchedInbox(hearing, connect(hearing), hears)
    listener = Listener(hearing, inbox, {TOPIC})
    running = asyncio.create_task(listener.run())
    async with telling(settings, producer) as tell:
        await tell()
        await inbox.heard(1)

        async def shot() -> float:
            before = inbox.count
            committed = await tell()
            await inbox.heard(before + 1)
            return inbox.settled_at - committed

        yield shot
    await listener.stop()
    await ended(running)
    await inbox.database.engine.dispose()
    await check(hearing.direct_url, inbox.count)


async def check(url: str, events: int) -> None:
    connection = await Door(url).connect()
    assert (
        await connection.fetchval("SELECT count(*) FROM commitments WHERE promised = 1") == events
    )
    await connection.close()


@asynccontextmanager
async def telling(settings: Telling, producer: str) -> AsyncIterator[Shot]:
    """Give a function that tells a new promise and answers when it was committed."""
    database, numbers = connect(settings), count()
    async with leading(settings, PRODUCERS[producer]) as relay:

        async def tell() -> float:
            with because(A_CAUSE):
                async with database.transaction() as tx:
                    await outbox.tell(tx, made(next(numbers)))
            committed = time.perf_counter()
            relay.told.set()
            return committed

        yield tell
    await database.engine.dispose()


@asynccontextmanager
async def waiting(stage: Stage, prefix: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        prefix + TOPIC,
        **stage.admin,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=FETCH_WAIT_MS,
    )
    async with consumer:
        yield consumer
