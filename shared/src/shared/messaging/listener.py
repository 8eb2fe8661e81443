"""The listener: one batch subscriber for all topics that a service hears; one group, one loop."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared import metrics
from shared.edges.kafka import security
from shared.edges.kafka_causes import NOT_ALLOWED
from shared.edges.kafka_refusals import Refusals
from shared.logs import describe
from shared.messaging.consumers import CarefulConsumer
from shared.messaging.crash_points import crash_point
from shared.messaging.inbox.batches import Inbox
from shared.messaging.inbox.records import taken
from shared.messaging.kafka import TOPICS
from shared.messaging.liveness import Liveness, edges_of, is_member
from shared.settings import ServiceSettings

STOP_SECONDS = 10
LOOK_SECONDS = 1
# A fetch that waits for a quiet partition keeps the next from asking for a busy one's records.
FETCH_WAIT_MS = 100
LOOK_LIMIT_SECONDS = 10
LONGEST_PAUSE_SECONDS = 3.0

log = structlog.get_logger()


class Listener:
    """Joins the group when Kafka answers, hands batches to the inbox, and says when it is stuck."""

    def __init__(
        self,
        settings: ServiceSettings,
        inbox: Inbox,
        topics: set[str],
        refusals: Refusals | None = None,
    ) -> None:
        for topic in topics:
            if settings.service not in TOPICS[topic].read_by:
                raise PermissionError(f"{settings.service} may not read {topic}")
        self.settings, self.inbox, self.topics = settings, inbox, topics
        self.refusals = refusals or Refusals(settings)
        self.broker: KafkaBroker | None = None
        self.liveness = Liveness(settings.service)

    async def run(self) -> None:
        """Join, and from then on look how far we are; anew after something wasn't allowed us."""
        while True:
            await self.join_in_the_end()
            log.info("listening", topics=sorted(self.topics))
            await self.look_on()

    async def join_in_the_end(self) -> None:
        """Join; Kafka may come, or let us in, hours later."""
        pause = 0.5
        while not self.broker:
            try:
                self.broker = await self.join()
            except Exception as error:  # noqa: BLE001 - FastStream raises at once without Kafka
                if not await self.refusals.note("listener", error):
                    at = self.settings.kafka_servers
                    log.warning("waiting_for_kafka", error=describe(error), at=at, seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        self.refusals.clear("listener")

    async def look_on(self) -> None:
        """Look until something isn't allowed us: aiokafka's consumer wouldn't see it given back."""
        while self.broker:
            try:
                async with asyncio.timeout(LOOK_LIMIT_SECONDS):
                    await self.look()
            except Exception as error:  # noqa: BLE001 - Kafka is away: not our fault
                is_said = await self.refusals.note("listener", error)
                if self.liveness.joined and not is_said:
                    at = self.settings.kafka_servers
                    log.warning("kafka_is_away", error=describe(error), at=at)
                self.liveness.note_joined(joined=False)
                if isinstance(error, NOT_ALLOWED):
                    await close(self.broker)
                    self.broker = None
            await asyncio.sleep(LOOK_SECONDS)

    async def join(self) -> KafkaBroker:
        """Join the group; a broker that we aren't let in by, or not in time, is closed."""
        broker = self.new_broker()
        self.liveness.note_try()
        try:
            await broker.connect()
            with_care(broker)
            await broker.start()
        except BaseException:  # also when we are stopped meanwhile
            await close(broker)
            raise
        return broker

    def new_broker(self) -> KafkaBroker:
        settings = self.settings
        broker = KafkaBroker(
            settings.kafka_servers,
            security=security(settings),
            # FastStream gives its own logger a handler of its own, past our sieve.
            logger=logging.getLogger("jobbpakten.faststream"),
            graceful_timeout=STOP_SECONDS,
            consumer_only=True,  # FastStream's producer would stay open where Kafka is away
            allow_auto_create_topics=False,
            metadata_max_age_ms=10_000,
            apply_types=False,  # our handler takes what comes: no thread hop, no copy
        )
        subscriber = broker.subscriber(
            *sorted(settings.kafka_topic_prefix + topic for topic in self.topics),
            group_id=settings.group,
            batch=True,
            max_records=self.inbox.hears.records,
            batch_timeout_ms=10,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.session_timeout_ms // 4,
            parser=lightly,
            decoder=untouched,
        )
        subscriber(self.on_batch)
        return broker

    async def on_batch(self, records: Sequence[Any]) -> None:
        """Settle a batch; offsets are committed when this returns."""
        crash_point("inbox.offset")  # those of the batch before are stored, nothing of this one
        prefix = self.settings.kafka_topic_prefix
        try:
            await self.inbox.process([taken(record, prefix) for record in records])
        except Exception:
            metrics.inbox_escaped.labels(self.settings.service).inc()
            log.exception("inbox_escaped")
            await asyncio.sleep(1)  # FastStream seeks back at once, for ever
            raise

    async def look(self) -> None:
        """Compare our positions with the topics' ends; remember since when none has moved."""
        if self.inbox.holds:
            self.liveness.note_hold()
        consumer = self.consumer()
        if consumer is None:
            return
        if consumer.refused:
            raise consumer.refused
        assigned, edges = consumer.assignment(), edges_of(consumer)
        ends: dict[TopicPartition, int] = await consumer.end_offsets(assigned) if assigned else {}
        places = {place: await consumer.position(place) for place in ends}
        self.liveness.note_joined(joined=is_member(consumer))
        if assigned:
            self.refusals.clear("listener")
        self.liveness.note_lag({place: max(0, end - places[place]) for place, end in ends.items()})
        if self.inbox.holds:
            return
        self.liveness.note_edges(edges)
        behind = any(ends[place] > places[place] for place in places.keys() - consumer.paused())
        self.liveness.note_standing((self.inbox.moves, places), behind=behind)

    def consumer(self) -> CarefulConsumer | None:
        return self.broker.subscribers[0].consumer if self.broker else None  # type: ignore[attr-defined]

    def stuck(self) -> str:
        """Say what a new start may mend; nothing where we wait for an outage to pass."""
        if self.inbox.holds:  # for longer than aiokafka stays in a group of which it asks nothing
            return ""
        if self.liveness.is_behind():
            return "Records wait, none moves."
        return "Kafka answers, the group isn't joined." if self.liveness.is_apart() else ""

    async def stop(self) -> None:
        """Finish the batch, commit, leave the group."""
        if self.broker:
            await close(self.broker)


async def close(broker: KafkaBroker) -> None:
    """Close a broker within a bound: what Kafka doesn't answer to is hung up on."""
    consumer: AIOKafkaConsumer | None = broker.subscribers[0].consumer  # type: ignore[attr-defined]
    with suppress(Exception):
        async with asyncio.timeout(STOP_SECONDS + 2):  # FastStream waits so long for the batch
            await broker.stop()
        return
    with suppress(Exception):
        async with asyncio.timeout(1):
            await consumer._client.close()  # type: ignore[union-attr]  # noqa: SLF001 - its lines


def with_care(broker: KafkaBroker) -> None:
    """Let the broker make careful consumers; FastStream has no setting for it."""
    config: Any = broker.config.broker_config
    config.builder = partial(CarefulConsumer, **config.builder.keywords)


async def lightly(records: tuple[ConsumerRecord, ...], original: Any) -> KafkaMessage:
    """Read no header: FastStream's parser decodes them all, and one bad one fails the batch."""
    message: KafkaMessage = await original((replace(records[0], headers=()),))
    message.raw_message = records
    return message


async def untouched(message: KafkaMessage) -> Any:
    """Decode nothing: the inbox does, record by record."""
    return message.raw_message
