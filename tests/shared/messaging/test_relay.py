"""The relay over a real Kafka: what is committed is told, in order, once leader after leader."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.shared.support.outbox_harness import TOPIC, Teller, ended, header, topic_of
from tests.shared.support.records import made
from tests.support.eventually import PATIENCE_S, eventually

from jobbpakten.acls import OPERATOR
from jobbpakten.topics import differences
from jobbpakten_events import Envelope
from jobbpakten_events.membership import CommitmentMade
from jobbpakten_local.parts.kafka import Kafka
from shared.messaging import kafka as topics
from shared.messaging import outbox
from shared.messaging.causation import Cause, because
from shared.messaging.partitions import partition_of
from shared.messaging.relay import Relay


@pytest.mark.usefixtures("relay")
async def test_what_is_committed_is_told_in_each_streams_order(teller: Teller) -> None:
    await asyncio.gather(*(teller.tells(number, 20) for number in (1, 2, 3, 1, 2)))
    await eventually(teller.is_empty)

    numbers = defaultdict(list)
    for record in await topic_of(teller, 100):
        numbers[record.key].append(int(header(record, "ce_aggregateversion")))
    assert numbers == {
        made(1).key.encode(): [*range(1, 41)],
        made(2).key.encode(): [*range(1, 41)],
        made(3).key.encode(): [*range(1, 21)],
    }


@pytest.mark.usefixtures("relay")
async def test_the_record_says_who_why_when_and_how_delicate(teller: Teller) -> None:
    cause = Cause("c-1", "e-1", actor_id="dana", actor_role="decider", network="jobbpakten")
    with because(cause):
        await teller.tells(1)
    (record,) = await topic_of(teller, 1)

    told = {name: value.decode() for name, value in record.headers}
    assert Envelope.of(told).aggregateversion == 1
    assert {name: told[f"ce_{name}"] for name in ("specversion", "type", "source", "network")} == {
        "specversion": "1.0",
        "type": "se.jobbpakten.commitment.made.v1",
        "source": "/municipality/0380/membership",
        "network": "jobbpakten",
    }
    assert (told["ce_actorrole"], told["ce_causationid"]) == ("decider", "e-1")
    assert told["ce_dataclassification"] == "internal"
    assert CommitmentMade.model_validate_json(record.value) == made(1)


@pytest.mark.usefixtures("relay")
async def test_nothing_is_told_of_what_was_rolled_back(teller: Teller) -> None:
    with suppress(RuntimeError):
        async with teller.database.transaction() as tx:
            await outbox.tell(tx, made(1))
            raise RuntimeError
    await teller.tells(2)

    assert [record.key for record in await topic_of(teller, 1)] == [made(2).key.encode()]


@pytest.mark.usefixtures("relay")
async def test_a_standby_takes_over_when_the_leaders_lock_is_gone(teller: Teller) -> None:
    standby = asyncio.create_task(Relay(teller.settings, teller.database).run())
    await teller.tells(1)
    await eventually(teller.is_empty)
    async with teller.database.transaction() as tx:
        await (await tx.connection()).execute(
            text("""SELECT pg_terminate_backend(pid) FROM pg_locks
                    WHERE locktype = 'advisory' AND granted AND database =
                          (SELECT oid FROM pg_database WHERE datname = current_database())""")
        )
    await teller.tells(1, 5)
    await eventually(teller.is_empty)
    await ended(standby)

    numbers = [int(header(r, "ce_aggregateversion")) for r in await topic_of(teller, 6)]
    assert numbers == [1, 2, 3, 4, 5, 6]


POISONS = {
    "no headers": "headers = '[]'",
    "a null": """headers = headers || '{"ce_type": null}'""",
    "a number": """headers = headers || '{"ce_network": 7}'""",
    "too large": "payload = convert_to(repeat('x', 3000000), 'UTF8')",
}
MENDS = """UPDATE outbox SET (headers, payload) = (kept.headers, kept.payload)
    FROM kept WHERE kept.position = outbox.position"""


@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
async def test_what_cannot_be_sent_keeps_its_own_stream_and_no_other(
    teller: Teller, poison: str
) -> None:
    await teller.tells(1, 2)
    await teller.tells(2, 3)
    await by_hand(teller, "CREATE TABLE kept AS TABLE outbox")
    await by_hand(teller, f"UPDATE outbox SET {poison} WHERE position = 1")
    relaying = asyncio.create_task(Relay(teller.settings, teller.database).run())

    async def the_others_are_sent() -> None:
        assert await teller.waiting() == 2

    await eventually(the_others_are_sent)
    assert teller.database.undone.said() == " Can't be done at present: 1 untold streams."
    await by_hand(teller, MENDS)
    await eventually(teller.is_empty)
    await ended(relaying)
    assert teller.database.undone.said() == ""
    numbers = defaultdict(list)
    for record in await topic_of(teller, 5):
        numbers[record.key].append(int(header(record, "ce_aggregateversion")))
    assert numbers == {made(1).key.encode(): [1, 2], made(2).key.encode(): [1, 2, 3]}


async def test_a_row_of_a_topic_that_nobody_declared_keeps_no_other(teller: Teller) -> None:
    await teller.tells(1)
    await by_hand(teller, "UPDATE outbox SET topic = 'nowhere.v1'")
    relaying = asyncio.create_task(Relay(teller.settings, teller.database).run())
    await teller.tells(2)

    async def only_it_waits() -> None:  # what was sent is deleted with the next round
        assert await teller.waiting() == 1

    assert [record.key for record in await topic_of(teller, 1)] == [made(2).key.encode()]
    await eventually(only_it_waits)
    await ended(relaying)


async def by_hand(teller: Teller, sql: str) -> None:
    async with teller.database.transaction() as tx:
        await (await tx.connection()).execute(text(sql))


async def test_applied_topics_differ_in_nothing_and_a_missing_one_is_named(
    teller: Teller, kafka: Kafka
) -> None:
    prefix = teller.settings.kafka_topic_prefix
    reached_by = kafka.access.reached_by(OPERATOR)
    wrong = await differences(reached_by, prefix, replication=1)
    assert {tuple(faults) for faults in wrong.values()} == {("2 partitions instead of 6",)}
    assert await topics.missing(reached_by, "other.", {TOPIC}) == {f"other.{TOPIC}"}


class Watched(Relay):
    """Counts the rounds that are on their way, or were."""

    rounds = 0

    async def send(self, producer: AIOKafkaProducer, rows: Any) -> None:
        self.rounds += 1
        await super().send(producer, rows)


async def test_a_relay_ends_within_seconds_while_kafka_is_away_and_loses_nothing(
    teller: Teller, kafka: Kafka
) -> None:
    relay = Watched(teller.settings, teller.database)
    relaying = asyncio.create_task(relay.run())
    await teller.tells(1)
    await eventually(teller.is_empty)
    before = relay.rounds

    def nobody_answers() -> None:
        assert relay.rounds > before

    broker = kafka.embedded.current[0]
    broker.suspend()
    try:
        await teller.tells(1, 3)
        await eventually(nobody_answers)
        relaying.cancel()
        done, _ = await asyncio.wait([relaying], timeout=PATIENCE_S)
        assert done, "it waits for Kafka"
    finally:
        broker.resume()
    after = asyncio.create_task(Relay(teller.settings, teller.database).run())
    await eventually(teller.is_empty)
    await ended(after)

    numbers = [int(header(r, "ce_aggregateversion")) for r in await topic_of(teller, 4)]
    assert numbers == [1, 2, 3, 4]


@given(st.binary(max_size=80), st.integers(1, 100))
def test_a_key_goes_where_every_kafka_client_would_put_it(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions
