"""The relay: sends what lies in the outbox, in order. One leads, the others stand by."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from struct import unpack_from

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder
from pydantic_core import from_json

from shared import metrics
from shared.database import Database, connect_directly, place_of
from shared.logs import describe
from shared.messaging.crash_points import crash_point
from shared.messaging.epochs import note_lineage
from shared.messaging.kafka import LARGEST_EVENT_BYTES, TOPICS
from shared.settings import ServiceSettings

LOCK = 7_071_071  # any number, the same in every replica: one relay leads at a time
ROUND = 2_000
PAUSE_SECONDS = 1.0
STOP_SECONDS = 5
MAX_BATCH_BYTES = 512 * 1024
READ = """SELECT position, topic, key, version, headers, payload FROM outbox
          WHERE position <> ALL($1::bigint[]) ORDER BY position LIMIT $2"""
DROP = "DELETE FROM outbox WHERE position = ANY($1::bigint[])"

log = structlog.get_logger()
Rows = Sequence[asyncpg.Record]


def producer_of(settings: ServiceSettings) -> AIOKafkaProducer:
    """Make the relay's producer: fenced by its transactional id, and never used after a failure."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka_servers,
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
    ) -> None:
        self.settings, self.new_producer = settings, producer
        self.told, self.undone = database.told, database.undone
        self.aside: dict[int, tuple[str, str]] = {}  # rows that can't be sent, and their streams
        self.sent = metrics.outbox_sent.labels(settings.service)
        self.leads = metrics.relay_leads.labels(settings.service)

    async def run(self) -> None:
        """Lead or stand by, for ever; whatever fails, the rows are safe and it begins anew."""
        while True:
            try:
                await self.stand_by()
            except Exception as error:  # noqa: BLE001 - a new connection, a new producer, again
                is_kafka, settings = isinstance(error, KafkaError), self.settings
                at = settings.kafka_servers if is_kafka else place_of(settings.direct_url)
                log.warning("relay_interrupted", error=describe(error), at=at)
                await asyncio.sleep(PAUSE_SECONDS)

    async def stand_by(self) -> None:
        connection = await connect_directly(self.settings.direct_url)
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
            await producer.start()
            self.leads.set(1)
            log.info("relay_leads")
            await self.send_rounds(connection, producer)
        finally:
            await let_go(producer)

    async def send_rounds(self, connection: asyncpg.Connection, producer: AIOKafkaProducer) -> None:
        """Send round after round; the next is read, and the last deleted, while one is sent."""
        sending: asyncio.Task[None] | None = None
        rows: Rows = []
        done: list[int] = []
        try:
            while True:
                self.told.clear()
                in_flight = [row["position"] for row in rows]
                if done:
                    await connection.execute(DROP, done)
                    crash_point("relay.deleted")
                ahead: Rows = await connection.fetch(READ, [*in_flight, *self.aside], ROUND)
                if sending:
                    await sending
                    crash_point("relay.acked")
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
        places = await self.batches(producer, rows)
        # No abort: without Kafka it never returns. The next producer's first word aborts for us.
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


def partition_of(key: bytes, partitions: int) -> int:
    """Choose as every Kafka client does: murmur2, here word by word.

    aiokafka's own goes byte by byte, and took a quarter of the relay's time.
    """
    mix, mask, size = 0x5BD1E995, 0xFFFFFFFF, len(key)
    found = 0x9747B28C ^ size
    for word in unpack_from(f"<{size // 4}I", key):
        mixed = word * mix & mask
        found = found * mix & mask ^ (mixed ^ mixed >> 24) * mix & mask
    if rest := key[size - size % 4 :]:
        found = (found ^ int.from_bytes(rest, "little")) * mix & mask
    found = (found ^ found >> 13) * mix & mask
    return ((found ^ found >> 15) & 0x7FFFFFFF) % partitions


def wire(row: asyncpg.Record) -> list[tuple[str, bytes]]:
    """Give the headers as they travel; the number is the stream's. An error: nobody would take it.

    `tell` lets no such row in; what another release or a hand has written may be one.
    """
    if row["topic"] not in TOPICS or len(row["payload"] or b"") > LARGEST_EVENT_BYTES:
        raise ValueError
    told = [(name, text.encode()) for name, text in from_json(row["headers"]).items()]
    return [*told, ("ce_aggregateversion", b"%d" % row["version"])]


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
