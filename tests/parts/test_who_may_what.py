"""At the broker each service may do what the table of topics says, and nobody anything else."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError
from tests.parts import tries
from tests.shared.support.forgeries import odd_ones

from jobbpakten import authorizers
from jobbpakten.acls import OPERATOR, users
from jobbpakten_local.parts import kafka as kafkas
from jobbpakten_local.parts.kafka_access import ADMIN, Access, declare
from shared.messaging.kafka import TOPICS

PREFIX, FORGED = "who.", "forged."
PARTITIONS = 2
SERVICES = [user for user in users() if user != OPERATOR]


@pytest.fixture(scope="module")
def secured(kafka: kafkas.Kafka, run_folder: Path) -> Iterator[kafkas.Kafka]:
    """Give the Kafka of all tests, or where that is a given one an embedded one beside it."""
    if kafka.access.passwords:
        yield kafka
        return
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("KAFKA_SERVERS", raising=False)
        patched.delenv("PARTS", raising=False)
        with kafkas.started(run_folder / "secured") as ours:
            yield ours


@pytest.fixture(scope="module")
async def access(secured: kafkas.Kafka) -> AsyncIterator[Access]:
    """Give a Kafka on which topics are declared, and on each of them lies something."""
    await declare(secured.access, PREFIX, PARTITIONS)
    by_admin = secured.access.reached_by(ADMIN)
    assert await tries.written(by_admin, PREFIX) == {*TOPICS}
    yield secured.access
    assert await tries.deleted(by_admin, PREFIX) == {*TOPICS}


@pytest.mark.parametrize("user", users())
async def test_each_user_reads_writes_and_configures_exactly_these_topics(
    user: str, access: Access
) -> None:
    by = access.reached_by(user)
    told = {name for name, topic in TOPICS.items() if user in topic.told_by}
    heard = {name for name, topic in TOPICS.items() if user in topic.read_by}
    everything = {*TOPICS} if user == OPERATOR else set()

    assert await tries.written(by, PREFIX) == told
    assert await tries.read(by, PREFIX) == heard | everything
    assert await tries.configured(by, PREFIX) == everything
    assert await tries.deleted(by, PREFIX) == set()


@pytest.mark.parametrize("user", users())
async def test_each_user_takes_its_own_group_and_its_own_transactional_id(
    user: str, access: Access
) -> None:
    by = access.reached_by(user)
    heard = next(name for name, one in TOPICS.items() if user in {*one.read_by, OPERATOR})
    joined = {one for one in users() if await tries.joins(by, PREFIX + heard, PREFIX + one)}
    begun = {one for one in users() if await tries.begins(by, f"{PREFIX}{one}-relay")}

    assert joined == ({*SERVICES} if user == OPERATOR else {user})
    assert begun == {user} - {OPERATOR}
    assert not await tries.joins(by, PREFIX + heard, user), "nor without the stage's prefix"


@pytest.mark.parametrize("user", users())
async def test_no_user_changes_who_may_do_what(user: str, access: Access) -> None:
    with pytest.raises(authorizers.Forbidden, match="only its administrator may"):
        await asyncio.to_thread(authorizers.apply, access.of(user), PREFIX)


@pytest.fixture(scope="module")
async def forged(secured: kafkas.Kafka) -> AsyncIterator[Access]:
    """Give a Kafka of whose topics nothing lies on any, and in the end still doesn't."""
    await declare(secured.access, FORGED, PARTITIONS)
    yield secured.access
    places = [TopicPartition(FORGED + name, n) for name in TOPICS for n in range(PARTITIONS)]
    async with AIOKafkaConsumer(**secured.access.reached_by(ADMIN)) as consumer:
        assert {*(await consumer.end_offsets(places)).values()} == {0}
    await tries.deleted(secured.access.reached_by(ADMIN), FORGED)


@pytest.mark.parametrize("topic", TOPICS)
async def test_a_forged_record_is_refused_to_all_but_the_topics_tellers(
    topic: str, forged: Access
) -> None:
    """Whatever is amiss with it: the listeners' judge never gets to see it."""
    records = [odd.record for odd in odd_ones(topic)]
    assert len(records) > 100
    for user in {*users()} - TOPICS[topic].told_by:
        async with AIOKafkaProducer(**forged.reached_by(user)) as producer:
            for one in records:
                with pytest.raises(TopicAuthorizationFailedError):
                    await producer.send_and_wait(
                        FORGED + topic, one.payload, key=one.key, headers=list(one.headers)
                    )


def nobodys_ways(access: Access) -> Iterator[Mapping[str, Any]]:
    """Give how somebody comes who has no password of ours, and no certificate."""
    tls = {"security_protocol": "SSL", "ssl_context": ssl.create_default_context(cafile=access.ca)}
    yield {}
    yield tls
    for user in (*users(), ADMIN, "ANONYMOUS", "broker"):
        own = access.reached_by(ADMIN) | {"sasl_plain_username": user}
        yield own | {"sasl_plain_password": "guessed"}


async def test_whoever_is_nobody_gets_nothing_in(forged: Access, secured: kafkas.Kafka) -> None:
    """Nor by the broker's own doors: they ask for a certificate of its authority."""
    for port in secured.embedded.ports:
        for way in nobodys_ways(forged):
            servers = f"127.0.0.1:{port}"
            producer = AIOKafkaProducer(**{**way, "bootstrap_servers": servers})
            with pytest.raises(KafkaConnectionError):
                await producer.start()
            await producer.stop()
