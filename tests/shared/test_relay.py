"""The relay over a real Kafka: what is committed is told, in order, once leader after leader."""

import asyncio
from collections import defaultdict
from contextlib import suppress

import pytest
from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.eventually import eventually
from tests.shared.records import made
from tests.shared.tellers import TOPIC, Teller, ended, header, topic_of

from jobbpakten.parts.kafka import Kafka
from jobbpakten.topics import differences
from shared import kafka as topics
from shared import outbox
from shared.causes import Cause, because
from shared.events import Envelope
from shared.events.membership import CommitmentMade
from shared.relay import Relay, partition_of


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
    standby = asyncio.create_task(Relay(teller.settings, teller.database.told).run())
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


async def test_applied_topics_differ_in_nothing_and_a_missing_one_is_named(
    teller: Teller, kafka: Kafka
) -> None:
    prefix = teller.settings.kafka_topic_prefix
    wrong = await differences(kafka.servers, prefix, replication=1)
    assert {tuple(faults) for faults in wrong.values()} == {("2 partitions instead of 6",)}
    assert await topics.missing(kafka.servers, "other.", {TOPIC}) == {f"other.{TOPIC}"}


async def test_a_relay_ends_within_seconds_while_kafka_is_away_and_loses_nothing(
    teller: Teller, kafka: Kafka
) -> None:
    relaying = asyncio.create_task(Relay(teller.settings, teller.database.told).run())
    await teller.tells(1)
    await eventually(teller.is_empty)
    broker = kafka.embedded.current[0]
    broker.suspend()
    try:
        await teller.tells(1, 3)
        await asyncio.sleep(0.5)  # the round is on its way, and nobody answers
        relaying.cancel()
        done, _ = await asyncio.wait([relaying], timeout=12)
        assert done, "it waits for Kafka"
    finally:
        broker.resume()
    after = asyncio.create_task(Relay(teller.settings, teller.database.told).run())
    await eventually(teller.is_empty, timeout=60)
    await ended(after)

    numbers = [int(header(r, "ce_aggregateversion")) for r in await topic_of(teller, 4)]
    assert numbers == [1, 2, 3, 4]


@given(st.binary(max_size=80), st.integers(1, 100))
def test_a_key_goes_where_every_kafka_client_would_put_it(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions
