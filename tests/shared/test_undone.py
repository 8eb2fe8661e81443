"""One thing that fails stops no other; what can't be done is counted, and said in `/health`."""

import asyncio
import importlib
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from sqlalchemy import text
from tests.shared.support.inbox_harness import Ear
from tests.shared.support.notes import Local, nothing_due, router
from tests.shared.support.records import made
from tests.support.callers import client, settings
from tests.support.eventually import eventually

from shared import service, undone
from shared.database import Tx, world_is_broken
from shared.http import idempotency
from shared.messaging import gauges
from shared.messaging.gauges import Observer
from shared.messaging.inbox import Hears
from shared.savepoints import by_itself
from shared.time import schedule
from shared.time.schedule import Due, do_due, name_of
from shared.undone import Undone, over_and_over

SERVICES = ("membership", "matching", "notifications", "followup")
PARTS = [
    (name, number)
    for name in SERVICES
    for number in range(len(importlib.import_module(f"{name}.clock").due))
]
Heard = text("INSERT INTO heard VALUES (:key, 1)")


def figure(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"service": "followup", **labels})


def part_that(what: int | None, name: str = "part") -> Due:
    """Make a part of a clock that does so many things, or fails when it has done one."""

    async def part(tx: Tx, _: date) -> int:
        await (await tx.connection()).execute(Heard, {"key": name})
        if what is None:
            raise ValueError("a bug")
        return what

    part.__module__, part.__name__ = "test", name
    return part


async def heard(ear: Ear) -> list[str]:
    return sorted(key for (key,) in await ear.rows("SELECT key FROM heard"))


@how(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(each=st.lists(st.none() | st.integers(0, 5), max_size=5))
async def test_a_part_that_fails_stops_no_other_and_the_rounds_figure_is_right(
    ear: Ear, each: list[int | None]
) -> None:
    await ear.rows("DELETE FROM heard RETURNING 1")
    parts = [part_that(what, f"{number}") for number, what in enumerate(each)]
    done = await do_due(ear.database, parts)
    assert done.done == sum(what or 0 for what in each)
    assert done.failed == [f"test.{n}" for n, what in enumerate(each) if what is None]
    assert await heard(ear) == [f"{n}" for n, what in enumerate(each) if what is not None]


@pytest.mark.parametrize(("name", "number"), PARTS)
async def test_each_part_of_each_clock_may_fail_by_itself(ear: Ear, name: str, number: int) -> None:
    due = importlib.import_module(f"{name}.clock").due
    names = [name_of(part) for part in due]
    assert len(set(names)) == len(names)
    done = await do_due(
        ear.database, [part_that(None if n == number else 1, one) for n, one in enumerate(names)]
    )
    assert (done.done, done.failed) == (len(names) - 1, [f"test.{names[number]}"])


async def test_an_outage_is_raised_when_all_parts_have_been_tried(ear: Ear) -> None:
    async def away(_: Tx, __: date) -> int:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await do_due(ear.database, [away, part_that(1)])
    assert await heard(ear) == ["part"]


async def test_the_clock_goes_on_for_ever_and_says_which_part_fails(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "MOST_ROUNDS", 1)
    running = asyncio.create_task(
        schedule.run(ear.database, [part_that(None, "bad"), part_that(1)])
    )

    async def all_done() -> None:
        assert await heard(ear) == ["part"]

    await eventually(all_done)
    running.cancel()
    assert "Failed in the last round: test.bad." in ear.database.undone.said()
    failing = figure("round_failing_seconds", round="test.bad")
    assert failing is not None
    assert failing > 0
    assert figure("round_failing_seconds", round="test.part") == 0


async def test_a_thing_that_fails_leaves_nothing_and_the_others_stay(ear: Ear) -> None:
    async def insert(connection: Any, key: str) -> None:
        await connection.execute(Heard, {"key": key})
        if key == "2":
            await connection.execute(text("SELECT 1 / 0"))

    async def a_round(*keys: str) -> list[bool]:
        async with ear.database.transaction() as tx:
            # Even a connection that was opened before the savepoint stands in it.
            connection = await tx.connection()
            return [
                await by_itself(tx, "things", key, "n", partial(insert, connection, key))
                for key in keys
            ]

    assert await a_round("1", "2", "3") == [True, False, True]
    assert await heard(ear) == ["1", "3"]
    assert "1 things" in ear.database.undone.said()
    assert figure("things_undone", kind="things") == 1
    assert figure("things_failed_total", kind="things") == 1


async def test_an_outage_ends_the_round_and_accuses_nothing(ear: Ear) -> None:
    async def kill(tx: Tx) -> None:
        connection = await tx.connection()
        await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async def a_round() -> None:
        async with ear.database.transaction() as tx:
            for key in "12":
                await by_itself(tx, "things", key, "", partial(kill, tx))

    with pytest.raises(Exception) as failed:  # noqa: PT011 - whichever the driver makes of it
        await a_round()
    assert world_is_broken(failed.value)
    assert ear.database.undone.said() == ""


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Undone:
    monkeypatch.setattr(undone, "PATIENCE_SECONDS", -1)
    return Undone("followup", world_is_broken)


@pytest.mark.parametrize(
    ("errors", "stuck"),
    [
        ([ValueError()], ["send"]),
        ([ValueError(), OSError()], []),
        ([OSError()], []),
        ([OSError(), ValueError()], ["send"]),
        ([ValueError(), None], []),
    ],
)
def test_a_round_that_fails_each_time_is_our_fault_unless_it_is_an_outage(
    ours: Undone, errors: list[Exception | None], stuck: list[str]
) -> None:
    for error in errors:
        with suppress(Exception), ours.round("send"):
            if error:
                raise error
    assert ours.stuck() == stuck
    assert bool(ours.said()) == bool(errors[-1])


def test_a_round_may_fail_for_minutes_before_anybody_restarts_us() -> None:
    usual = Undone("followup", world_is_broken)
    with suppress(ValueError), usual.round("send"):
        raise ValueError
    assert usual.stuck() == []


def test_what_isnt_tried_any_more_is_forgotten_after_a_while(
    ours: Undone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ours.thing("things", 1):
        raise ValueError
    assert ours.count("things") == 1
    monkeypatch.setattr(undone, "REMEMBERED_SECONDS", -1)
    assert ours.count("things") == 0


async def test_liveness_fails_when_our_own_work_does_and_readiness_only_says_so(
    database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    about = settings(Local, database("membership"))
    # What runs beside HTTP goes on, whether or not this test is quicker than it.
    monkeypatch.setattr(service.Parts, "tasks", lambda _: iter([asyncio.Event().wait()]))
    app = service.assemble(about, router, hears=Hears(), due=[nothing_due], things=("cats",))
    async with client(app) as http, app.router.lifespan_context(app):
        ours = app.state.database.undone
        with ours.thing("cats", 1):
            raise ValueError
        with suppress(ValueError), ours.round("herding"):
            raise ValueError
        assert (await http.get("/health/live")).status_code == 200
        ready = await http.get("/health/ready")
        assert ready.status_code == 200
        assert "Can't be done at present: 1 cats. Failed in the last round: herding." in ready.text
        monkeypatch.setattr(undone, "PATIENCE_SECONDS", -1)
        live = await http.get("/health/live")
        assert (live.status_code, live.text) == (503, "Fails in every round: herding.")
        assert (await http.get("/health/ready")).status_code == 200
        metrics = (await http.get("/metrics")).text
        for kind in ("cats", "figures", "streams", "untold_streams"):
            assert f'things_failed_total{{kind="{kind}",service="{about.service}"}}' in metrics
            assert f'things_undone{{kind="{kind}",service="{about.service}"}}' in metrics


async def test_a_loop_goes_on_after_whatever_fails(ours: Undone) -> None:
    rounds = []

    async def work() -> None:
        rounds.append(1)
        raise OSError if len(rounds) % 2 else ValueError

    running = asyncio.create_task(over_and_over(ours, "work", work, 0))

    async def many() -> None:
        assert len(rounds) > 3

    await eventually(many)
    running.cancel()


@pytest.mark.parametrize("broken", ["UNSENT", "PARKED", "FORGET"])
async def test_a_figure_that_cannot_be_read_keeps_none_of_the_others(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    old = (
        "INSERT INTO answers (caller, key, route, hash, at) VALUES ('a', 'b', '', '', '2026-01-01')"
    )
    await ear.rows(f"{old} RETURNING 1")
    await ear.hears(1, 3)
    observer = Observer("followup", ear.database)
    with monkeypatch.context() as patch:
        where = idempotency if broken == "FORGET" else gauges
        patch.setattr(
            where,
            broken,
            text("SELECT 1 / 0 WHERE :hours > 0" if broken == "FORGET" else "SELECT 1 / 0"),
        )
        await observer.look()
    assert "1 figures" in ear.database.undone.said()
    assert (await ear.rows("SELECT 1 FROM answers") == []) == (broken != "FORGET")
    await observer.look()
    assert ear.database.undone.said() == ""
    assert figure("inbox_parked_records", reason="gap") == 1


async def test_a_stream_that_cannot_be_drained_keeps_no_other(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        await ear.hears(2, number=number)
    await ear.rows("UPDATE inbox SET version = 1 RETURNING 1")
    await ear.rows("UPDATE parked SET retry_at = now() RETURNING 1")
    settle = ear.inbox.process

    async def odd(records: Any) -> None:
        if records[0].key == made(1).key.encode():
            raise ValueError
        await settle(records)

    with monkeypatch.context() as patch:
        patch.setattr(ear.inbox, "process", odd)
        await ear.inbox.drain()
    assert (await ear.effects(1), await ear.effects(2)) == ([], [2])
    assert "1 streams" in ear.database.undone.said()
    await ear.inbox.drain()
    assert (await ear.effects(1), ear.database.undone.said()) == ([2], "")
