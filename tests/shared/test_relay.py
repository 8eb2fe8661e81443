"""Relay and listener over a real Kafka: what is committed is told, in order, and heard."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from sqlalchemy import text
from tests.callers import settings
from tests.eventually import eventually
from tests.shared.records import SPACE, made

from jobbpakten.parts.kafka import Kafka
from jobbpakten.topics import apply, differences
from shared import kafka as topics
from shared import outbox
from shared.causes import Cause, because
from shared.database import Database, Tx, connect
from shared.events import Envelope
from shared.events.followup import CommitmentLapsed
from shared.events.membership import CommitmentMade
from shared.inbox import Hears
from shared.inbox.batches import Inbox
from shared.listener import Listener
from shared.relay import Relay
from shared.settings import ServiceSettings

TOPIC = "membership.v1"


class Telling(ServiceSettings, service="membership"):
    """A service that tells."""


class Hearing(ServiceSettings, service="followup"):
    """A service that hears."""


@dataclass
class Teller:
    """A database with an outbox, and a prefix of topics of its own."""

    settings: ServiceSettings
    database: Database

    async def tells(self, number: int, times: int = 1) -> None:
        for _ in range(times):
            async with self.database.transaction() as tx:
                await outbox.tell(tx, made(number))

    async def waiting(self) -> int:
        async with self.database.transaction() as tx:
            count = await (await tx.connection()).scalar(text("SELECT count(*) FROM outbox"))
            return int(count or 0)

    async def is_empty(self) -> None:
        assert await self.waiting() == 0


@pytest.fixture
async def teller(database: Callable[[str], str], kafka: Kafka) -> AsyncIterator[Teller]:
    prefix = f"{uuid4().hex[:8]}."
    await apply(kafka.servers, prefix, replication=1, partitions=2)
    about = settings(
        Telling, database("shared"), kafka_servers=kafka.servers, kafka_topic_prefix=prefix
    )
    telling = Teller(about, connect(about))
    yield telling
    await telling.database.engine.dispose()


@pytest.fixture
async def relay(teller: Teller) -> AsyncIterator[Relay]:
    relaying = Relay(teller.settings, teller.database.told)
    task = asyncio.create_task(relaying.run())
    yield relaying
    await ended(task)


async def ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def topic_of(teller: Teller, count: int) -> list[Any]:
    """Read the topic from its beginning until so many records have come."""
    about = teller.settings
    consumer = AIOKafkaConsumer(
        about.kafka_topic_prefix + TOPIC,
        bootstrap_servers=about.kafka_servers,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        return [await asyncio.wait_for(anext(consumer), 20) for _ in range(count)]
    finally:
        await consumer.stop()


def header(record: Any, name: str) -> str:
    return str(dict(record.headers)[name], "utf-8")


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


@pytest.mark.usefixtures("relay")
async def test_the_listener_hears_what_the_relay_told_and_isnt_stuck(
    teller: Teller, database: Callable[[str], str]
) -> None:
    heard: list[int] = []

    async def on_commitment_made(_: Tx, __: CommitmentMade, about: Envelope) -> None:
        heard.append(about.aggregateversion)

    about = teller.settings.model_dump() | {"database_url": database("shared")}
    hearing = Hearing(**about)
    inbox = Inbox(hearing, connect(hearing), Hears(on_commitment_made))
    listener = Listener(hearing, inbox, {TOPIC})
    running = asyncio.create_task(listener.run())
    await teller.tells(1, 30)

    def all_heard() -> None:
        assert heard == [*range(1, 31)]

    await eventually(all_heard)
    await listener.look()
    await listener.look()
    assert listener.behind_since is None, "control records aren't lag"
    assert not listener.is_stuck()
    await listener.stop()
    await ended(running)
    await inbox.database.engine.dispose()


async def test_a_listener_may_only_read_what_the_table_grants(teller: Teller) -> None:
    inbox = Inbox(teller.settings, teller.database, Hears())
    with pytest.raises(PermissionError, match=r"membership may not read membership\.v1"):
        Listener(teller.settings, inbox, {TOPIC})


async def test_applied_topics_differ_in_nothing_and_a_missing_one_is_named(
    teller: Teller, kafka: Kafka
) -> None:
    prefix = teller.settings.kafka_topic_prefix
    wrong = await differences(kafka.servers, prefix, replication=1)
    assert {tuple(faults) for faults in wrong.values()} == {("2 partitions instead of 6",)}
    assert await topics.missing(kafka.servers, "other.", {TOPIC}) == {f"other.{TOPIC}"}


NUMBERS = ["850709-9805", "198507099805", "19850709 9805", "850709+9805", "850769-9802"]


@pytest.mark.parametrize("number", NUMBERS)
async def test_an_identity_number_is_refused_in_the_tellers_own_transaction(
    teller: Teller, number: str
) -> None:
    with pytest.raises(outbox.Untellable, match="identity number"):
        async with teller.database.transaction() as tx:
            await outbox.tell(tx, made(1).model_copy(update={"offer": number}))

    assert await teller.waiting() == 0


async def test_an_event_that_kafka_would_never_take_is_refused(teller: Teller) -> None:
    with pytest.raises(outbox.Untellable, match="more than"):
        async with teller.database.transaction() as tx:
            await outbox.tell(tx, made(1).model_copy(update={"offer": "x" * 300_000}))


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


@pytest.mark.parametrize(
    "cause", [Cause("850709-9805"), Cause("c", actor_id="x" * 300), Cause("c", network="a\0b")]
)
async def test_an_envelope_that_no_reader_takes_is_refused(teller: Teller, cause: Cause) -> None:
    with because(cause), pytest.raises(outbox.Untellable):
        await teller.tells(1)

    assert await teller.waiting() == 0


async def test_only_who_the_table_names_tells_on_a_topic_and_only_compacted_ones_forget(
    teller: Teller,
) -> None:
    stranger = connect(teller.settings.model_copy())
    with pytest.raises(outbox.Untellable, match="knows no tombstones"):
        async with stranger.transaction() as tx:
            await outbox.forget(tx, TOPIC, made(1).key)
    with pytest.raises(outbox.Untellable, match="no table says that membership tells"):
        async with stranger.transaction() as tx:
            await outbox.tell(tx, CommitmentLapsed(commitment_id=SPACE, units=1))
    async with stranger.transaction() as tx:
        await outbox.forget(tx, "directory.v1", made(1).key)
    await stranger.engine.dispose()

    assert await teller.waiting() == 1


async def test_a_member_without_partitions_isnt_stuck(teller: Teller) -> None:
    hearing = Hearing(**teller.settings.model_dump())
    listener = Listener(hearing, Inbox(hearing, teller.database, Hears()), {TOPIC})
    listener.behind_since = 0.0
    running = asyncio.create_task(listener.run())

    def looked() -> None:
        assert listener.behind_since is None

    await eventually(looked)
    await listener.stop()
    await ended(running)
