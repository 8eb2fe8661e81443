"""The relay: sends what lies in the outbox, in order. One leads, the others stand by."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError
from aiokafka.producer.message_accumulator import BatchBuilder
from pydantic_core import from_json

from shared import metrics
from shared.database import Database
from shared.edges.kafka import arguments
from shared.edges.kafka_refusals import Refusals
from shared.edges.postgres_refusals import DatabaseRefuses
from shared.logs import describe
from shared.messaging.crash_points import crash_point
from shared.messaging.epochs import note_lineage
from shared.messaging.floors import Floor
from shared.messaging.kafka import LARGEST_EVENT_BYTES, TOPICS
from shared.messaging.partitions import partition_of
from shared.settings import ServiceSettings

LOCK = 7_071_071  # any number, the same in every replica: one relay leads at a time
ROUND = 2_000
ROUND_SECONDS = 180  # aiokafka gives up a request after 120, and a commit never
PAUSE_SECONDS = 1.0
STOP_SECONDS = 2
MAX_BATCH_BYTES = 512 * 1024
READ = """SELECT position, topic, key, version, headers, payload FROM outbox
          WHERE position > $1 AND position <> ALL($2::bigint[]) ORDER BY position LIMIT $3"""
DROP = "DELETE FROM outbox WHERE position = ANY($1::bigint[])"

log = structlog.get_logger()
Rows = Sequence[asyncpg.Record]


def producer_of(settings: ServiceSettings) -> AIOKafkaProducer:
    """Make the relay's producer: fenced by its transactional id, and never used after a failure."""
    return AIOKafkaProducer(
        **arguments(settings),
        transactional_id=f"{settings.group}-relay",
        request_timeout_ms=120_000,
        max_batch_size=MAX_BATCH_BYTES,
        compression_type=None,
    )


class Relay:
    """Sends what lies in the outbox: reads ahead, one Kafka transaction a round, then deletes."""

    def __init__(
        self,
        settings: ServiceSettings,
        database: Database,
        producer: Callable[[ServiceSettings], AIOKafkaProducer] = producer_of,
        refusals: Refusals | None = None,
    ) -> None:
        self.settings, self.new_producer = settings, producer
        self.refusals = refusals or Refusals(settings)
        self.told, self.undone, self.direct = database.told, database.undone, database.direct
        self.aside: dict[int, tuple[str, str]] = {}  # rows that can't be sent, and their streams
        self.floor = Floor()
        self.sent = metrics.outbox_sent.labels(settings.service)
        self.leads = metrics.relay_leads.labels(settings.service)

    async def run(self) -> None:
        """Lead or stand by, for ever; whatever fails, the rows are safe and it begins anew."""
        while True:
            try:
                await self.stand_by()
            except Exception as error:  # noqa: BLE001 - a new connection, a new producer, again
                is_kafka, settings = isinstance(error, KafkaError), self.settings
                at = settings.kafka_servers if is_kafka else self.direct.at
                is_said = isinstance(error, DatabaseRefuses) or await self.refusals.note(
                    "relay", error
                )
                if not is_said:
                    log.warning("relay_interrupted", error=describe(error), at=at)
                await asyncio.sleep(PAUSE_SECONDS)

    async def stand_by(self) -> None:
        connection = await self.direct.connect()
        try:
            await note_lineage(connection)
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                if await self.woken():
                    await connection.execute("NOTIFY outbox")  # wakes the leader's process
            await connection.add_listener("outbox", lambda *_: self.told.set())
            await self.lead(connection)
        finally:
            self.leads.set(0)
            with suppress(Exception):
                await connection.close(timeout=STOP_SECONDS)

    async def lead(self, connection: asyncpg.Connection) -> None:
        producer = self.new_producer(self.settings)
        try:
            async with limit():
                await producer.start()
            self.leads.set(1)
            log.info("relay_leads")
            await self.send_rounds(connection, producer)
        finally:
            await let_go(producer)

    async def send_rounds(self, connection: asyncpg.Connection, producer: AIOKafkaProducer) -> None:
        """Send round after round; the next is read, and the last deleted, while one is sent."""
        sending: asyncio.Task[None] | None = None
        floor = self.floor = Floor()
        rows: Rows = []
        done: list[int] = []
        try:
            while True:
                self.told.clear()
                in_flight = [row["position"] for row in rows]
                if done:
                    await connection.execute(DROP, done)
                    crash_point("relay.deleted")
                await floor.look(connection)
                unsent = [*in_flight, *self.aside]
                ahead: Rows = await connection.fetch(READ, floor.at, unsent, ROUND)
                read = [row["position"] for row in ahead]
                floor.rise(read, [*unsent, *read])
                if sending:
                    await sending
                    crash_point("relay.acked")
                if sending or not ahead:
                    self.refusals.clear("relay")
                crash_point("relay.read")
                done, rows = [at for at in in_flight if at not in self.aside], ahead
                self.sent.inc(len(done))
                sending = asyncio.create_task(self.send(producer, rows)) if rows else None
                # All is quiet and nothing on its way: what lies aside is tried, none overtakes it.
                if not rows and not done and not await self.woken():
                    self.aside = {}
        finally:
            if sending:
                sending.cancel()
                await asyncio.wait([sending], timeout=STOP_SECONDS)
                sending.cancelled() or not sending.done() or sending.exception()  # it is seen

    async def woken(self) -> bool:
        """Wait until something is told, at most a pause; say whether it was."""
        # Python 3.11: wait_for may swallow a cancel, timeout does not.
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_SECONDS):
                await self.told.wait()
            self.told.clear()
            return True
        return False

    async def send(self, producer: AIOKafkaProducer, rows: Rows) -> None:
        """Send a round as one Kafka transaction; after a failure the whole of it is void."""
        async with limit():
            places = await self.batches(producer, rows)
            # No abort: without Kafka it never returns. The next producer's first word does that.
            await producer.begin_transaction()
            sent = [
                await producer.send_batch(batch, topic, partition=partition)
                for (topic, partition), batches in places.items()
                for batch in batches
            ]
            await asyncio.gather(*sent)
            await producer.commit_transaction()

    async def batches(
        self, producer: AIOKafkaProducer, rows: Rows
    ) -> dict[tuple[str, int], list[BatchBuilder]]:
        """Group the rows into batches by partition; order within a key is kept.

        A row that no record can be made of is left, with all behind it in its stream.
        """
        found: dict[tuple[str, int], list[BatchBuilder]] = {}
        now = int(time.time() * 1000)
        prefix = self.settings.kafka_topic_prefix
        topics = {row["topic"] for row in rows} & TOPICS.keys()
        partitions = {topic: len(await producer.partitions_for(prefix + topic)) for topic in topics}
        waiting = {*self.aside.values()}
        for row in rows:
            stream, headers = (row["topic"], row["key"]), None
            if stream not in waiting:
                with self.undone.thing("untold_streams", " ".join(stream)):
                    headers = wire(row)
            if headers is None:
                self.aside[row["position"]] = stream
                waiting.add(stream)
                continue
            key = row["key"].encode()
            place = (prefix + row["topic"], partition_of(key, partitions[row["topic"]]))
            batches = found.setdefault(place, [])
            record = {"timestamp": now, "key": key, "value": row["payload"], "headers": headers}
            if not batches or batches[-1].append(**record) is None:
                batches.append(producer.create_batch())
                batches[-1].append(**record)
        return found


def wire(row: asyncpg.Record) -> list[tuple[str, bytes]]:
    """Give the headers as they travel; the number is the stream's. An error: nobody would take it.

    `tell` lets no such row in; what another release or a hand has written may be one.
    """
    if row["topic"] not in TOPICS or len(row["payload"] or b"") > LARGEST_EVENT_BYTES:
        raise ValueError
    told = [(name, text.encode()) for name, text in from_json(row["headers"]).items()]
    return [*told, ("ce_aggregateversion", b"%d" % row["version"])]


@asynccontextmanager
async def limit() -> AsyncIterator[None]:
    """Raise KafkaTimeoutError where Kafka takes too long: a new producer, or a standby, begins."""
    try:
        async with asyncio.timeout(ROUND_SECONDS):
            yield
    except TimeoutError as error:
        raise KafkaTimeoutError from error


async def let_go(producer: AIOKafkaProducer) -> None:
    """Stop the producer; if Kafka doesn't answer, hang up: its rows are still in the outbox."""
    with suppress(Exception):
        # aiokafka: stop would wait for these for ever. Their transaction is void without a commit.
        producer._message_accumulator.fail_all(ConnectionAbortedError())  # noqa: SLF001
        async with asyncio.timeout(STOP_SECONDS):
            await producer.stop()
        return
    with suppress(Exception):
        async with asyncio.timeout(1):
            await producer._sender.close()  # noqa: SLF001 - nobody else ends it
    with suppress(Exception):
        async with asyncio.timeout(1):
            await producer.client.close()
