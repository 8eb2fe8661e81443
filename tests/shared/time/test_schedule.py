"""The clock goes on at once while something is due; a long part keeps no other waiting."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from tests.shared.support.inbox_harness import Ear
from tests.support.eventually import eventually

from shared.database import Tx
from shared.messaging import gauges
from shared.messaging.gauges import Observer
from shared.time import schedule
from shared.undone import over_and_over

DID: list[str] = []


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DID.clear()


def part_of(name: str, *counts: int | None) -> schedule.Due:
    """Make a part that does so many things in each round, then none; None: it fails."""
    left: Iterator[int | None] = iter(counts)

    async def part(tx: Tx, _: date) -> int:
        DID.append(name)
        await (await tx.connection()).execute(text("SELECT 1"))
        count = next(left, 0)
        if count is None:
            raise ValueError("a bug")
        return count

    part.__module__, part.__name__ = "test", name
    return part


@asynccontextmanager
async def running(ear: Ear, *due: schedule.Due) -> AsyncIterator[None]:
    task = asyncio.create_task(schedule.run(ear.database, due))
    try:
        yield
    finally:
        task.cancel()


async def test_a_part_goes_on_until_nothing_is_due_and_takes_turns_with_the_others(
    ear: Ear,
) -> None:
    def all_done() -> None:
        assert DID == ["long", "short", "idle"] * 4

    # One round a minute would take three.
    async with running(ear, part_of("long", 100, 100, 7), part_of("short", 1), part_of("idle")):
        await eventually(all_done)


async def test_a_part_that_fails_comes_again_with_the_next_minute_and_stops_no_other(
    ear: Ear,
) -> None:
    def all_done() -> None:
        assert DID == ["bad", "long", "long", "long"]

    async with running(ear, part_of("bad", None, 1), part_of("long", 100, 100)):
        await eventually(all_done)


async def test_a_part_that_says_each_time_that_it_did_something_is_left_for_a_minute(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "MOST_ROUNDS", 3)

    def has_begun() -> None:
        assert "endless" in DID

    async with running(ear, part_of("endless", *[1] * 100)):
        await eventually(has_begun)
        # One after the other takes the lock: ten others later it would be further.
        for _ in range(10):
            await schedule.do_part(ear.database, part_of("other"))
    assert DID.count("endless") == 3


async def test_another_replica_takes_its_turn_while_a_part_goes_on(ear: Ear) -> None:
    def both_done() -> None:
        assert DID.count("mine") == DID.count("its") == 31

    async with running(ear, part_of("mine", *[1] * 30)), running(ear, part_of("its", *[1] * 30)):
        await eventually(both_done)
    first_half = DID[:31]
    assert min(first_half.count("mine"), first_half.count("its")) > 5


async def test_a_loop_goes_on_at_once_while_its_rounds_do_something(ear: Ear) -> None:
    left = iter([500, 500, 3])

    async def work() -> int:
        DID.append("round")
        return next(left, 0)

    def all_done() -> None:
        assert len(DID) == 4

    task = asyncio.create_task(over_and_over(ear.database.undone, "work", work, 60))
    await eventually(all_done)
    task.cancel()


async def test_more_old_answers_than_a_round_takes_go_at_once(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "EVERY_SECONDS", 3_600)
    async with ear.database.transaction() as tx:
        await (await tx.connection()).execute(
            text("""INSERT INTO answers (caller, key, route, hash, at)
                    SELECT 'a', n::text, '', '', now() - interval '49 hours'
                    FROM generate_series(1, 2500) AS n""")
        )

    async def all_gone() -> None:
        assert await ear.rows("SELECT key FROM answers") == []

    task = asyncio.create_task(Observer("followup", ear.database).run())
    await eventually(all_gone)
    task.cancel()


async def test_more_parked_streams_than_a_round_takes_are_drained_at_once(ear: Ear) -> None:
    for number in range(1, 103):
        await ear.hears(2, number=number)
    await ear.rows("UPDATE inbox SET version = 1 RETURNING 1")
    await ear.rows("UPDATE parked SET retry_at = now() RETURNING 1")

    assert await ear.inbox.drain() == 100
    assert await ear.inbox.drain() == 2
    assert await ear.inbox.drain() == 0
    assert await ear.parked() == []


async def test_how_many_wait_is_a_figure_of_each_kind(ear: Ear) -> None:
    async def waiting(tx: Tx, _: date) -> dict[str, int]:
        count = await (await tx.connection()).scalar(text("SELECT count(*) FROM heard"))
        return {"cats": count or 0}

    await ear.hears(1, 2, 3)
    await Observer("followup", ear.database, waiting).look()
    about = {"service": "followup", "kind": "cats"}
    assert REGISTRY.get_sample_value("things_waiting", about) == 3
