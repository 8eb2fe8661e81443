"""The inbox: each event once, in its order; what can't be handled waits and blocks only its own."""

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.shared.support.forgeries import plain
from tests.shared.support.inbox_harness import Ear
from tests.shared.support.records import made, record
from tests.support.eventually import eventually

from shared.database import world_is_broken
from shared.messaging.gauges import Observer
from shared.messaging.inbox import Hears, parking
from shared.messaging.inbox.records import One


def bug() -> None:
    raise ValueError("a bug")


async def never() -> None:
    await asyncio.Event().wait()


async def test_events_are_handled_in_order_and_once(ear: Ear) -> None:
    await ear.hears(1, 2, 3)
    await ear.hears(2, 3, 4, 4)

    assert await ear.effects() == [1, 2, 3, 4]
    assert ear.batches == [3, 1]


@pytest.mark.parametrize(("takes_all", "sizes"), [(True, [230]), (False, [100, 100, 30])])
async def test_what_is_handled_one_by_one_is_committed_in_smaller_batches(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, takes_all: object, sizes: list[int]
) -> None:
    settle, settled = ear.inbox.process_batch, list[int]()

    async def counted(batch: Sequence[One]) -> None:
        settled.append(len(batch))
        await settle(batch)

    monkeypatch.setattr(ear.inbox, "process_batch", counted)
    if not takes_all:
        ear.inbox.hears = Hears(ear.on_commitment_made)
    await ear.hears(*range(1, 231))

    assert settled == sizes
    assert await ear.effects() == [*range(1, 231)]


async def test_a_gap_makes_its_stream_wait_and_no_other(ear: Ear) -> None:
    await ear.hears(1, 3, 4)
    await ear.hears(1, number=2)

    assert await ear.effects() == [1]
    assert await ear.effects(2) == [1]
    assert await ear.parked() == [(3, "gap"), (4, "behind")]


async def test_a_gap_that_is_filled_lets_those_behind_in_by_number(ear: Ear) -> None:
    await ear.hears(1, 4, 3)
    await ear.hears(5)
    await ear.hears(2)
    await ear.inbox.drain()

    assert await ear.effects() == [1, 2, 3, 4, 5]
    assert await ear.parked() == []


async def test_a_stream_that_begins_late_on_a_topic_kept_for_ever_is_a_gap(ear: Ear) -> None:
    await ear.hears(2)

    assert await ear.parked() == [(2, "gap")]


@pytest.mark.parametrize(
    ("failure", "reason"), [(bug, "handler_failed"), (never, "handler_too_slow")]
)
async def test_a_record_that_fails_twice_alone_is_parked_and_those_before_it_stand(
    ear: Ear, failure: Callable[[], Any], reason: str
) -> None:
    ear.fails_on[3] = failure
    ear.inbox.limit = 2
    others = [record(made(2), version, offset=100 + version) for version in (1, 2)]
    mine = [record(made(1), version, offset=version) for version in (1, 2, 3, 4)]
    await ear.inbox.process([mine[0], others[0], *mine[1:], others[1]])

    assert await ear.effects(1) == [1, 2]
    assert await ear.effects(2) == [1, 2]
    assert await ear.parked() == [(3, reason), (4, "behind")]


async def test_two_replicas_that_meet_a_new_stream_at_once_handle_it_once(ear: Ear) -> None:
    await asyncio.gather(*(ear.hears(1, 2, 3) for _ in range(6)))

    assert await ear.effects() == [1, 2, 3]


async def test_a_number_with_another_id_is_parked_beside_its_stream_until_a_person_has_settled_it(
    ear: Ear, capsys: pytest.CaptureFixture[str]
) -> None:
    observer = Observer("followup", ear.database)
    await observer.look()
    assert forks() == 0
    await ear.hears(1)
    await ear.inbox.process([record(made(), 1, offset=7, id=str(uuid4()))])
    await ear.hears(2)
    await observer.look()

    assert await ear.effects() == [1, 2]
    assert await ear.parked() == [(None, "forked")]
    assert "stream_forked" in capsys.readouterr().out
    assert forks() == 1
    (row,) = await ear.parked_rows()
    async with ear.database.transaction() as tx:
        await parking.skip(tx, row.id, "ops-1", "the backup was older")
    await observer.look()
    assert forks() == 0


def forks() -> float | None:
    of = {"service": "followup", "reason": "forked"}
    return REGISTRY.get_sample_value("inbox_parked_records", of)


@pytest.mark.parametrize(
    ("topic", "noted"),
    [("matching.v1", [("began_late", "k", 3, "followup")]), ("directory.v1", [])],
)
async def test_a_stream_whose_first_numbers_didnt_come_is_noted_where_none_may_be_missing(
    ear: Ear, topic: str, noted: list[object]
) -> None:
    await ear.inbox.process([plain(topic, 3, key="k"), plain(topic, 4, key="k")])
    await ear.inbox.process([plain(topic, 5, key="k"), plain(topic, 1, key="whole")])

    assert await ear.parked() == []
    found = await ear.rows("SELECT act, key, version, actor FROM settlements")
    assert [tuple(row) for row in found] == noted


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_order_and_repeats_the_topic_brings_effects_are_exact(
    ear: Ear, seed: int
) -> None:
    chance = random.Random(seed)
    sent = [record(made(n), v, offset=100 * n + v) for n in (1, 2, 3) for v in range(1, 13)]
    sent += chance.sample(sent, 10)
    chance.shuffle(sent)
    while sent:
        batch, sent = sent[: (size := chance.randint(1, 9))], sent[size:]
        await ear.inbox.process(batch)
        if chance.random() < 0.5:
            await ear.inbox.drain()
    for _ in range(20):
        await ear.inbox.drain()

    for number in (1, 2, 3):
        assert await ear.effects(number) == [*range(1, 13)]
    assert await ear.parked() == []


async def test_waiting_for_somebodys_lock_is_an_outage_and_parks_nothing(ear: Ear) -> None:
    await ear.hears(1)

    async def wait_for_the_row() -> None:
        async with ear.database.transaction() as tx:
            connection = await tx.connection()
            await connection.execute(text("SET LOCAL lock_timeout = '100ms'"))
            await connection.execute(text("SELECT * FROM heard FOR UPDATE"))

    ear.fails_on[2] = wait_for_the_row
    async with ear.database.transaction() as tx:
        await (await tx.connection()).execute(text("SELECT * FROM heard FOR UPDATE"))
        hearing = asyncio.create_task(ear.hears(2))

        def holds() -> None:
            assert ear.inbox.holds == 1

        await eventually(holds)
    await hearing

    assert await ear.effects() == [1, 2]
    assert await ear.parked() == []
    assert ear.inbox.holds == 0


async def test_a_database_that_only_reads_after_a_failover_is_an_outage(ear: Ear) -> None:
    with pytest.raises(DBAPIError) as failed:
        await ear.rows("WITH gone AS (INSERT INTO heard VALUES ('a', 1)) SELECT 1", read_only=True)

    assert world_is_broken(failed.value)


async def test_our_own_bug_in_using_the_driver_is_no_outage() -> None:
    assert not world_is_broken(asyncpg.InterfaceError("another operation is in progress"))
