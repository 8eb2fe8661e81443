"""What strangers ask is folded once for all of them, and a few folds at most go on at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from fastapi import HTTPException
from tests.followup.support.service import Followup
from tests.followup.support.stories import World, records
from tests.followup.support.years import NETWORK, asked

from followup import reports as put_together
from followup.folds import WAITING, Folds
from followup.queries import reports

WORLD = World()
MANY = 40_000  # PostgreSQL takes 32,767 parameters in a statement
MEMBERS = """
    INSERT INTO members (id, network, sector, size, applied_on)
    SELECT gen_random_uuid(), 'jobbpakten', 'business', 'small', DATE '2026-01-02'
    FROM generate_series(1, :many)"""


class Work:
    """A fold that goes on until it is told to end, and counts how often it was begun."""

    def __init__(self) -> None:
        self.begun, self.going, self.most = 0, 0, 0
        self.done = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        self.going += 1
        self.most = max(self.most, self.going)
        try:
            await self.done.wait()
        finally:
            self.going -= 1
        return self.begun


@pytest.fixture
async def work() -> AsyncIterator[Work]:
    found = Work()
    yield found
    found.done.set()


async def let_others_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_all_who_ask_the_same_share_one_fold_and_its_answer_is_kept(work: Work) -> None:
    folds = Folds()
    asking = [asyncio.create_task(folds.give("same", work)) for _ in range(20)]
    await let_others_run()
    work.done.set()

    assert await asyncio.gather(*asking) == [1] * 20
    assert await folds.give("same", work) == 1
    assert await folds.give("other", work) == 2


async def test_an_answer_is_kept_no_longer_than_it_is_good(work: Work) -> None:
    folds, unkept = Folds(), Folds(kept_seconds=0)
    work.done.set()

    assert [await unkept.give("now", work) for _ in range(2)] == [1, 2]
    assert await folds.give("past", work) == 3
    folds.folds["past"].good_until = 0
    assert [await folds.give("past", work) for _ in range(2)] == [4, 4]


async def test_the_answer_of_a_long_fold_is_good_for_longer(work: Work) -> None:
    folds = Folds()
    asking = asyncio.create_task(folds.give("large", work))
    await let_others_run()
    fold = folds.folds["large"]
    fold.begun -= 30
    work.done.set()
    await asking

    assert fold.good_until - asyncio.get_running_loop().time() > 290


async def test_whoever_hangs_up_stops_no_fold_of_another(work: Work) -> None:
    folds = Folds()
    first, second = (asyncio.create_task(folds.give("same", work)) for _ in range(2))
    await let_others_run()
    first.cancel()
    await let_others_run()
    work.done.set()

    assert first.cancelled()
    assert await second == 1


async def test_what_fails_is_told_to_all_who_wait_and_is_tried_again(work: Work) -> None:
    folds = Folds()

    async def failing() -> int:
        await work()
        raise OSError

    asking = [asyncio.create_task(folds.give("same", failing)) for _ in range(3)]
    await let_others_run()
    work.done.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)

    assert [type(one) for one in answers] == [OSError] * 3
    assert await folds.give("same", work) == 2


async def test_however_many_questions_are_asked_few_folds_go_on_and_few_answers_are_kept(
    work: Work,
) -> None:
    folds = Folds(at_once=2, kept=3, waiting=8)
    asking = [asyncio.create_task(folds.give(number, work)) for number in range(8)]
    await let_others_run()
    with pytest.raises(HTTPException) as refused:
        await folds.give("one more", work)
    work.done.set()
    await asyncio.gather(*asking)
    await let_others_run()

    assert (refused.value.status_code, refused.value.headers) == (503, {"Retry-After": "5"})
    assert (work.begun, work.most) == (8, 2)
    assert len(folds.folds) == 3


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Note each fold of a network's report."""
    folds = []
    real: Callable[..., Awaitable[Any]] = reports.network_report

    async def noted(*args: Any, **more: Any) -> Any:
        folds.append(args)
        return await real(*args, **more)

    monkeypatch.setattr(reports, "network_report", noted)
    return folds


@pytest.mark.parametrize("path", [f"{NETWORK}/report", f"{NETWORK}/report.html"])
async def test_twenty_strangers_cost_one_fold_also_of_more_members_than_a_statement_has_parameters(
    followup: Followup, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await followup.hears(*records([(WORLD.applied("a"), "2026-01-02")]))
    async with followup.database.transaction() as tx:
        await (await tx.connection()).exec_driver_sql(MEMBERS.replace(":many", str(MANY)))
    await followup.today("2026-11-22")
    folds = counted(monkeypatch)

    answers = await asyncio.gather(*(asked(followup, path) for _ in range(20)))

    assert [answer.status_code for answer in answers] == [200] * 20
    assert len({answer.text for answer in answers}) == len(folds) == 1


async def test_the_coordinator_sees_what_has_just_been_told(followup: Followup) -> None:
    await followup.hears(*records([(WORLD.applied("a"), "2026-01-02")]))
    await followup.today("2026-11-22")
    seen = []
    for name in ("b", "c"):
        folds = followup.app.state.folds
        await followup.hears(*records([(WORLD.applied(name), "2026-01-02")]))
        followup.app.state.folds = folds
        report = (await asked(followup, f"{NETWORK}/report", "coordinator")).json()
        seen.append(report["members"][0]["total"])

    assert seen == [2, 3]


async def test_a_fold_however_long_holds_no_connection(
    followup: Followup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends a transaction that has been idle for a minute."""
    await followup.hears(*records([(WORLD.applied("a"), "2026-01-02")]))
    await followup.today("2026-11-22")
    held = []
    real = put_together.network_report

    def noted(*args: Any) -> Any:
        held.append(followup.database.engine.pool.checkedout())  # type: ignore[attr-defined]
        return real(*args)

    monkeypatch.setattr(put_together, "network_report", noted)
    for role in ("", "coordinator"):
        assert (await asked(followup, f"{NETWORK}/report", role)).status_code == 200

    assert held == [0, 0]


async def test_who_asks_for_all_months_keeps_nobody_waiting_but_who_asks_for_months(
    followup: Followup, work: Work
) -> None:
    await followup.hears(*records([(WORLD.applied("a"), "2026-01-02")]))
    await followup.today("2026-11-22")
    rooms = followup.app.state.folds
    past = f"{NETWORK}/report?day=2026-03-01"
    asking = [asyncio.create_task(rooms.past.pages.give(n, work)) for n in range(WAITING)]
    await let_others_run()
    assert (await asked(followup, past.replace("report", "report.html"))).status_code == 503
    assert (await asked(followup, past)).status_code == 200
    rooms.past.reports.folds.clear()
    asking += [asyncio.create_task(rooms.past.reports.give(n, work)) for n in range(WAITING)]
    await let_others_run()

    assert (await asked(followup, past)).status_code == 503
    for path in (f"{NETWORK}/report", f"{NETWORK}/report.html", f"{NETWORK}/report?day=2026-11-02"):
        assert (await asked(followup, path)).status_code == 200
    assert (await asked(followup, past, "coordinator")).status_code == 200
    work.done.set()
    await asyncio.gather(*asking)


async def test_whoever_asks_for_all_months_costs_a_fold_for_each_of_the_networks_own(
    followup: Followup, monkeypatch: pytest.MonkeyPatch
) -> None:
    await followup.hears(*records([(WORLD.applied("a"), "2026-01-02")]))
    await followup.today("2026-11-22")
    folds = counted(monkeypatch)
    days = [f"{year}-{month:02}-15" for year in range(2000, 2027, 2) for month in range(1, 12)]
    found: dict[str, set[str]] = {}
    for day in [*days[::5], *days[-11:], *days]:
        report = (await asked(followup, f"{NETWORK}/report?day={day}")).json()
        found.setdefault(report["day"], set()).add(day)

    assert len(folds) == len(found) == 11
    assert min(found) == "2025-12-31", "before its first day there was nothing"
    assert (min(found["2025-12-31"]), max(found["2025-12-31"])) == ("2000-01-15", "2026-01-15")
    assert [len(found[day]) for day in sorted(found)[1:]] == [1] * 10


async def test_a_network_that_is_none_takes_nobodys_turn(followup: Followup, work: Work) -> None:
    rooms = followup.app.state.folds
    asking = [asyncio.create_task(rooms.now.reports.give(n, work)) for n in range(WAITING)]
    await let_others_run()

    assert (await asked(followup, "/networks/nowhere/report")).status_code == 404
    work.done.set()
    await asyncio.gather(*asking)
