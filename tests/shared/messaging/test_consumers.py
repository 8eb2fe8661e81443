"""A partition that can't be read is set aside by name, and nobody else's records are lost."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaTimeoutError
from aiokafka.partitioner import murmur2
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.util import calc_crc32c
from tests.shared.support.outbox_harness import TOPIC, Hearing, Teller
from tests.shared.support.records import made, record
from tests.support.eventually import eventually

from jobbpakten_events import Envelope
from jobbpakten_events.membership import CommitmentMade
from shared.database import Tx, connect
from shared.edges.kafka import arguments
from shared.messaging.consumers import CarefulConsumer
from shared.messaging.inbox import Hears
from shared.messaging.inbox.batches import Inbox
from shared.messaging.listener import Listener

BATCH_CRC_AT, BATCH_BODY_AT = 17, 21


class Spoilt(BatchBuilder):  # type: ignore[misc]
    """A batch with a header whose name is no text; its checksum is right."""

    def _build(self) -> Any:
        built = bytearray(super()._build())
        at = built.index(b"zzheader")
        built[at : at + 2] = b"\xff\xfe"
        struct.pack_into(">I", built, BATCH_CRC_AT, calc_crc32c(bytes(built[BATCH_BODY_AT:])))
        return built


@pytest.fixture
async def producer(teller: Teller) -> AsyncIterator[AIOKafkaProducer]:
    sending = AIOKafkaProducer(**arguments(teller.settings))
    await sending.start()
    yield sending
    await sending.stop()


def on_partition(partition: int) -> int:
    """Give a number whose commitment lies there."""
    keys = ((n, made(n).key.encode()) for n in range(1, 50))
    return next(n for n, key in keys if (murmur2(key) & 0x7FFFFFFF) % 2 == partition)


async def send(producer: AIOKafkaProducer, teller: Teller, number: int, version: int) -> None:
    one = record(made(number), version)
    topic = teller.settings.kafka_topic_prefix + TOPIC
    await producer.send_and_wait(topic, one.payload, key=one.key, headers=list(one.headers))


async def spoil(producer: AIOKafkaProducer, teller: Teller, number: int) -> None:
    one, builder = record(made(number), 1), producer.create_batch()
    builder.__class__ = Spoilt
    headers = [*one.headers, ("zzheader", b"x")]
    builder.append(timestamp=1, key=one.key, value=one.payload, headers=headers)
    topic = teller.settings.kafka_topic_prefix + TOPIC
    await (await producer.send_batch(builder, topic, partition=1))


async def test_records_beside_an_unreadable_partition_are_all_heard(
    teller: Teller,
    producer: AIOKafkaProducer,
    database: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    heard: list[int] = []

    async def on_commitment_made(_: Tx, __: CommitmentMade, about: Envelope) -> None:
        heard.append(about.aggregateversion)

    hearing = teller.hearing(database("shared"))
    inbox = Inbox(hearing, connect(hearing), Hears(on_commitment_made))
    listener = Listener(hearing, inbox, {TOPIC})
    running = asyncio.create_task(listener.run())
    good = on_partition(0)
    await send(producer, teller, good, 1)
    await eventually(lambda: has_heard(heard, 1))
    await spoil(producer, teller, on_partition(1))
    for version in range(2, 40):
        await send(producer, teller, good, version)

    await eventually(lambda: has_heard(heard, 39))
    assert heard == [*range(1, 40)]
    await listener.look()
    assert listener.liveness.behind_since is None, "what is set aside is no reason to begin anew"
    assert "partition_unreadable" in capsys.readouterr().out
    await listener.stop()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await inbox.database.engine.dispose()


def has_heard(heard: list[int], version: int) -> None:
    assert version in heard


async def test_a_rewind_that_fails_half_way_is_owed_and_done_before_the_next_records(
    teller: Teller, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, about = teller.settings.kafka_topic_prefix + TOPIC, teller.settings
    consumer = CarefulConsumer(
        topic,
        **teller.access.reached_by(Hearing.service),
        group_id=f"{about.kafka_topic_prefix}{Hearing.service}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    ask, asked = consumer.committed, list[TopicPartition]()

    async def committed(place: TopicPartition) -> int | None:
        asked.append(place)
        if len(asked) == 2:
            raise KafkaTimeoutError
        offset: int | None = await ask(place)
        return offset

    async def fetched_in_vain(*places: Any, **how: Any) -> object:
        await drain(
            *places, **how
        )  # aiokafka: what it has drained is thrown away, positions moved on
        monkeypatch.undo()
        raise CorruptRecordException

    try:
        for number in (on_partition(0), on_partition(1)):
            await send(producer, teller, number, 1)
        await eventually(lambda: are_here(consumer, 2))
        drain = AIOKafkaConsumer.getmany
        consumer.committed = committed
        monkeypatch.setattr(AIOKafkaConsumer, "getmany", fetched_in_vain)
        with pytest.raises(KafkaTimeoutError):  # neither of the two faults is ours
            await consumer.getmany()
        assert len(asked) == 2
        heard = await consumer.getmany()
        assert sorted(place.partition for place in heard) == [0, 1]
        assert await consumer.getmany() == {}, "what came again comes once"
    finally:
        await consumer.stop()


def are_here(consumer: CarefulConsumer, count: int) -> None:
    assert len(consumer._fetcher._records) == count
