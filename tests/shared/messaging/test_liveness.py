"""Liveness over a real Kafka: it sees what was hidden, and takes no outage for a fault of ours."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from prometheus_client import REGISTRY
from tests.shared.support.outbox_harness import TOPIC, Teller, ended
from tests.support.eventually import eventually

from jobbpakten_events import Envelope
from jobbpakten_events.membership import CommitmentMade
from jobbpakten_local.parts.kafka_access import ADMIN
from shared import logs
from shared.database import Tx, connect
from shared.messaging import kafka, listener, liveness
from shared.messaging.consumers import CarefulConsumer
from shared.messaging.inbox import Hears
from shared.messaging.inbox.batches import Inbox
from shared.messaging.listener import Listener

NOWHERE = "127.0.0.1:1"
PARTITIONS = 2


class Later:
    """The clock of liveness and alarms, moved forward by the seconds that a test wants."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.seconds


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    moved = Later()
    for module in (liveness, logs):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=moved.monotonic))
    return moved


@asynccontextmanager
async def listening(
    teller: Teller, url: str, heard: list[int], **differs: Any
) -> AsyncIterator[Listener]:
    """Give a listener that runs on the teller's topics."""

    async def on_commitment_made(_: Tx, __: CommitmentMade, about: Envelope) -> None:
        heard.append(about.aggregateversion)

    hearing = teller.hearing(url).model_copy(update=differs)
    inbox = Inbox(hearing, connect(hearing), Hears(on_commitment_made))
    running = Listener(hearing, inbox, {TOPIC})
    task = asyncio.create_task(running.run())
    try:
        yield running
    finally:
        await running.stop()
        await ended(task)
        await inbox.database.engine.dispose()


def figure(name: str, teller: Teller | None = None) -> list[float]:
    """Give a figure of the listener, of each partition where it has them."""
    about = {"service": "followup"}
    if teller is None:
        found = REGISTRY.get_sample_value(name, about)
        return [] if found is None else [found]
    topic = teller.settings.kafka_topic_prefix + TOPIC
    of_each = (
        REGISTRY.get_sample_value(name, about | {"topic": topic, "partition": str(number)})
        for number in range(PARTITIONS)
    )
    return [one for one in of_each if one is not None]


async def asked(of: Listener, servers: str = "") -> None:
    """Ask whether Kafka answers, as a service does once a minute."""
    about = of.settings.model_copy(update={"kafka_servers": servers} if servers else {})
    await kafka.watch(about, of.topics, of.liveness.note_answer)


def has_joined(one: Listener) -> None:
    assert one.liveness.joined


@pytest.mark.usefixtures("relay")
async def test_a_transaction_that_stays_open_is_seen_and_no_reason_to_begin_anew(
    teller: Teller, database: Callable[[str], str], later: Later
) -> None:
    heard: list[int] = []
    stranger = AIOKafkaProducer(
        **teller.access.reached_by(ADMIN), transactional_id=f"{id(teller)}-stranger"
    )
    await stranger.start()
    with structlog.testing.capture_logs() as logs:
        async with listening(teller, database("shared"), heard) as one:
            await eventually(lambda: has_joined(one))
            await stranger.begin_transaction()
            for number in range(PARTITIONS):
                topic = teller.settings.kafka_topic_prefix + TOPIC
                await stranger.send_and_wait(topic, b"", partition=number)
            await teller.tells(1)
            await eventually(teller.is_empty)

            def is_seen() -> None:  # the stranger's record, and on one ours with its marker
                assert sorted(figure("inbox_kept_back_records", teller)) == [1, 3]

            await eventually(is_seen)
            later.seconds += 299
            await one.look()
            one.inbox.holds = 1  # PostgreSQL is away: nothing is fetched that would move an edge
            await one.look()
            assert figure("inbox_kept_back_seconds") == [0]
            one.inbox.holds = 0
            await one.look()
            later.seconds += 299
            await one.look()
            assert "transaction_hangs" not in [line["event"] for line in logs]
            later.seconds += 302
            for _ in range(3):
                await one.look()
            assert figure("inbox_kept_back_seconds")[0] > 600
            assert figure("inbox_lag_records", teller) == [0, 0]
            assert heard == []
            assert one.stuck() == ""
            await stranger.abort_transaction()

            def is_over() -> None:
                assert heard == [1]
                assert figure("inbox_kept_back_records", teller) == [0, 0]
                assert figure("inbox_kept_back_seconds") == [0]

            await eventually(is_over)
            consumer = one.consumer()
            assert consumer
            assert len(liveness.edges_of(consumer)) == PARTITIONS
            consumer.pause(*consumer.assignment())  # what can't be read is set aside
            assert liveness.edges_of(consumer) == {}
    await stranger.stop()
    [alarm] = [line for line in logs if line["event"] == "transaction_hangs"]
    assert alarm["topics"] == [teller.settings.kafka_topic_prefix + TOPIC]
    assert "find-hanging" in alarm["reason"]


@pytest.mark.usefixtures("relay")
async def test_the_markers_of_transactions_are_no_lag(
    teller: Teller, database: Callable[[str], str]
) -> None:
    heard: list[int] = []
    async with listening(teller, database("shared"), heard) as one:
        for version in range(1, 4):  # of each round the last record is a marker
            await teller.tells(1)
            await eventually(teller.is_empty)

            def all_is_heard(so_far: int = version) -> None:
                assert heard == [*range(1, so_far + 1)]
                assert figure("inbox_lag_records", teller) == [0, 0]

            await eventually(all_is_heard)
        assert one.stuck() == ""


class Holding(ConsumerRebalanceListener):  # type: ignore[misc]
    """A member who is asked to join anew and doesn't: the group waits for it, and so do others."""

    def __init__(self) -> None:
        self.asked, self.free = asyncio.Event(), asyncio.Event()

    async def on_partitions_revoked(self, revoked: list[object]) -> None:
        if revoked:
            self.asked.set()
            await self.free.wait()

    async def on_partitions_assigned(self, _: list[object]) -> None:
        """Take what comes."""


@asynccontextmanager
async def held(teller: Teller) -> AsyncIterator[Holding]:
    """Have somebody hold the listener's group until the block ends."""
    about, holding = teller.hearing(teller.settings.database_url), Holding()
    member = AIOKafkaConsumer(**teller.access.reached_by(about.service), group_id=about.group)
    member.subscribe([about.kafka_topic_prefix + TOPIC], listener=holding)
    await member.start()
    try:
        yield holding
    finally:
        holding.free.set()
        await member.stop()


async def test_a_consumer_that_never_joins_is_stuck_where_kafka_answers_and_else_not(
    teller: Teller, database: Callable[[str], str], later: Later
) -> None:
    with structlog.testing.capture_logs() as logs:
        async with held(teller) as holding, listening(teller, database("shared"), []) as one:
            await holding.asked.wait()
            await asked(one)
            later.seconds += 301
            await asked(one)
            assert [line["event"] for line in logs].count("group_not_joined") == 1
            assert one.stuck() == ""
            later.seconds += 301
            await asked(one)
            assert one.stuck() == "Kafka answers, the group isn't joined."
            one.inbox.holds = 1  # PostgreSQL is away: whoever waits for it long leaves her group
            await one.look()
            assert one.stuck() == ""
            one.inbox.holds = 0
            await asked(one)
            assert one.stuck() == "", "the minutes begin when PostgreSQL is back"
            later.seconds += 601
            await asked(one)
            assert one.stuck() == "Kafka answers, the group isn't joined."
            assert (figure("kafka_answers"), figure("kafka_connected")) == ([1], [0])
            assert (figure("inbox_partitions"), figure("inbox_lag_records", teller)) == ([0], [])

            await asked(one, NOWHERE)
            assert one.stuck() == ""
            assert figure("kafka_answers") == [0]
            later.seconds += 36_000
            await asked(one, NOWHERE)
            await asked(one)
            assert one.stuck() == "", "the minutes begin when Kafka is back"
            holding.free.set()
            await eventually(lambda: has_joined(one))
            assert one.stuck() == ""


async def test_who_isnt_let_in_tries_for_ever_and_says_so(
    teller: Teller, database: Callable[[str], str], later: Later
) -> None:
    too_long = 10_000_000  # a group takes no member that may be away for so long
    with structlog.testing.capture_logs() as logs:
        async with listening(teller, database("shared"), [], session_timeout_ms=too_long) as one:
            await asked(one)
            later.seconds += 3_600
            hour = later.monotonic()

            def has_tried_again() -> None:
                assert one.liveness.tried_at > hour

            await eventually(has_tried_again)
            await asked(one)
            assert one.stuck() == "", "a new start would only try again, as we do"
    [alarm] = [line for line in logs if line["event"] == "group_not_joined"]
    assert alarm["seconds"] == pytest.approx(3_600, abs=60)


async def test_a_position_that_nobody_tells_shows_in_the_figures(
    teller: Teller, database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, later: Later
) -> None:
    async def never(*_: object) -> int:
        return await asyncio.Event().wait()

    async with listening(teller, database("shared"), []) as one:
        await eventually(lambda: has_joined(one))
        assert figure("inbox_lag_records", teller) == [0, 0]
        monkeypatch.setattr(listener, "LOOK_LIMIT_SECONDS", 2)
        monkeypatch.setattr(CarefulConsumer, "position", never)

        def is_seen() -> None:
            assert figure("kafka_connected") == [0]
            assert (figure("inbox_partitions"), figure("inbox_lag_records", teller)) == ([0], [])

        await eventually(is_seen)
        await asked(one)
        later.seconds += 601
        await asked(one)
        assert one.stuck() == "Kafka answers, the group isn't joined."


async def test_one_member_more_than_partitions_is_idle_and_not_apart(
    teller: Teller, database: Callable[[str], str], later: Later
) -> None:
    url = database("shared")
    async with (
        listening(teller, url, []) as first,
        listening(teller, url, []) as second,
        listening(teller, url, []) as third,
    ):
        all_three = (first, second, third)

        def have_joined() -> None:
            held = [len(one.liveness.lag.places) for one in all_three]
            assert sorted(held) == [0, 1, 1]
            assert all(one.liveness.joined for one in all_three)

        await eventually(have_joined)
        for one in all_three:
            await asked(one)
        later.seconds += 601
        for one in all_three:
            await one.look()
            await asked(one)
            assert one.stuck() == ""
