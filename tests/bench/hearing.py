"""The inbox into followup's ledger against raw `getmany`, validation and commit."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from sqlalchemy import make_url
from tests.bench.rounds import ROUNDS, Line, Measure, alternating, line
from tests.bench.stages import TOPIC, Stage
from tests.bench.told import keep, kept, publish
from tests.shared.support.outbox_harness import ended

from followup.commands import events as ledger
from followup.settings import Settings
from jobbpakten_events import Envelope
from jobbpakten_events.membership import CommitmentMade
from jobbpakten_local.parts.kafka_access import ADMIN
from shared.database import connect
from shared.edges.postgres import Door
from shared.messaging.inbox import Hears
from shared.messaging.inbox.batches import Inbox
from shared.messaging.inbox.records import Record
from shared.messaging.listener import FETCH_WAIT_MS, Listener

EVENTS = 20_000
TIMES = 3  # as many rounds as elsewhere: half a second each, they swing with the machine's clock
HEARS = Hears(all=ledger.record)
WHOLE, BODY = "raw getmany, validated", "raw getmany, the body alone"


async def measured(stage: Stage, rounds: int = ROUNDS, events: int = EVENTS) -> list[Line]:
    """Compare events a second, from the first batch until the last one's offsets are stored."""
    prefix = await stage.prefix()
    await publish(stage, prefix, await kept(await keep(stage, events)))
    sides: dict[str, Measure] = {
        WHOLE: reading(stage, prefix, events, whole),
        BODY: reading(stage, prefix, events, body),
        "into the ledger": hearing(stage, prefix, events),
    }
    with collecting(HEARS.objects):  # as followup's process does, for all sides
        found = await alternating(sides, TIMES * rounds)
    return [
        line(found, "into the ledger", WHOLE, "events/s", "≥ 0.5"),
        line(found, "into the ledger", BODY, "events/s"),
    ]


@contextmanager
def collecting(objects: int) -> Iterator[None]:
    """Let the collector look only when there are so many new objects; then as it was."""
    before = gc.get_threshold()
    gc.set_threshold(objects, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def body(record: ConsumerRecord) -> None:
    CommitmentMade.model_validate_json(record.value)


def whole(record: ConsumerRecord) -> None:
    """Validate the event: its envelope as a subscriber reads it, which says what the body is."""
    Envelope.of({name: value.decode() for name, value in record.headers})
    CommitmentMade.model_validate_json(record.value)


def reading(
    stage: Stage, prefix: str, events: int, validate: Callable[[ConsumerRecord], None]
) -> Measure:
    async def measure() -> float:
        consumer = AIOKafkaConsumer(
            prefix + TOPIC,
            **stage.admin,
            group_id=uuid4().hex,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=FETCH_WAIT_MS,
        )
        async with consumer:
            left, begun = events, 0.0
            while left:
                batches = await consumer.getmany(timeout_ms=10, max_records=500)
                begun = begun or (batches and time.perf_counter()) or 0.0
                for records in batches.values():
                    for record in records:
                        validate(record)
                    left -= len(records)
                if batches:
                    await consumer.commit()
            return events / (time.perf_counter() - begun)

    return measure


def hearing(stage: Stage, prefix: str, events: int) -> Measure:
    async def measure() -> float:
        settings = stage.settings(Grouped, stage.followup(), prefix, ADMIN)  # any group
        inbox = Watched(settings, connect(settings), HEARS)
        listener = Listener(settings, inbox, {TOPIC})
        async with inbox.database.transaction() as tx:
            await tx.connection()  # a service that runs has had one for long
        running = asyncio.create_task(listener.run())
        await inbox.heard(events)
        await stored(listener, events)
        taken = time.perf_counter() - inbox.begun
        await listener.stop()
        await ended(running)
        await inbox.database.engine.dispose()
        await check(settings.direct_url, events)
        stage.drop(settings.direct_url)
        return events / taken

    return measure


class Grouped(Settings, service="followup"):
    """Followup in a group of its own, named as its database: it begins at the beginning."""

    @property
    def group(self) -> str:
        return str(make_url(self.database_url).database)


class Watched(Inbox):
    """An inbox that knows when it began, how many records it has processed, and when the last."""

    begun, settled_at, count = 0.0, 0.0, 0

    async def process(self, records: Sequence[Record]) -> None:
        self.begun = self.begun or time.perf_counter()
        await super().process(records)
        self.settled_at = time.perf_counter()
        self.count += len(records)
        self.advanced.set()

    @cached_property
    def advanced(self) -> asyncio.Event:
        return asyncio.Event()

    async def heard(self, events: int) -> None:
        """Wait until so many have been settled."""
        while self.count < events:
            self.advanced.clear()
            await self.advanced.wait()


async def stored(listener: Listener, events: int) -> None:
    """Wait until the group's offsets stand at the end."""
    consumer = listener.consumer()
    assert consumer
    while True:
        places: set[TopicPartition] = consumer.assignment()
        if sum([await consumer.committed(place) or 0 for place in places]) >= events:
            return


async def check(url: str, events: int) -> None:
    connection = await Door(url).connect()
    assert await connection.fetchval("SELECT count(*) FROM events") == events
    await connection.close()
