"""Whom a run ranked is kept for a while, and not for ever; of whoever leaves, not even so long."""

from datetime import date

import pytest
from sqlalchemy import text
from tests.matching.support.pairs import Bank

from matching.commands.matches import runs

LATER = date(2026, 6, 1)  # 91 days


async def ranked(ours: Bank) -> list[str]:
    return [str(row.candidate_ref) for row in await ours.rows("SELECT candidate_ref FROM ranked")]


async def run(ours: Bank) -> str:
    return str((await ours.good("/runs"))["run_id"])


async def test_runs_go_when_they_are_older_than_the_settings_keep_them(ours: Bank) -> None:
    place, ref = await ours.place(), await ours.candidate()
    old = await run(ours)
    body = {"place_id": place, "candidate_ref": ref, "run_id": old}
    match = (await ours.good("/matches", body))["match_id"]
    await ours.matching.set_the_day(date(2026, 5, 31))
    await ours.matching.do_what_is_due()
    assert await ranked(ours) == [ref]

    await ours.matching.set_the_day(LATER)
    await ours.matching.do_what_is_due()

    assert await ranked(ours) == await ours.rows("SELECT id FROM match_runs") == []
    gone = await ours.matching.call("GET", f"/runs/{old}", "caseworker")
    assert gone.status_code == 404
    assert (await ours.matching.good("GET", f"/matches/{match}", "caseworker"))["match_id"] == match


async def test_many_ranks_go_part_by_part_and_their_run_with_the_last(
    ours: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "FORGOTTEN_AT_ONCE", 2)
    await ours.place()
    for _ in range(3):
        await ours.candidate()
    await run(ours)
    await ours.matching.set_the_day(LATER)
    left: list[int] = []
    while not left or await ours.rows("SELECT id FROM match_runs"):
        async with ours.matching.database.transaction() as tx:
            await runs.forget_old_ones(tx, LATER)
        left.append(len(await ranked(ours)))
    assert left == [1, 0]


async def test_of_whoever_leaves_no_rank_is_left(ours: Bank) -> None:
    await ours.place()
    leaving, staying = await ours.candidate(), await ours.candidate()
    await run(ours)
    assert {*await ranked(ours)} == {leaving, staying}
    await ours.good(f"/candidates/{leaving}/closing", {"ground": "moved"})
    assert await ranked(ours) == [staying]


async def test_a_rank_that_a_run_stored_after_she_left_goes_with_the_next_round(
    ours: Bank,
) -> None:
    await ours.place()
    leaving, staying = await ours.candidate(), await ours.candidate()
    await run(ours)
    async with ours.matching.database.transaction() as tx:
        kept = "CREATE TABLE kept AS SELECT * FROM ranked"
        await (await tx.connection()).execute(text(kept))
    await ours.good(f"/candidates/{leaving}/closing", {"ground": "moved"})
    async with ours.matching.database.transaction() as tx:
        again = f"INSERT INTO ranked SELECT * FROM kept WHERE candidate_ref = '{leaving}'"
        await (await tx.connection()).execute(text(again))
    await ours.matching.do_what_is_due()
    assert await ranked(ours) == [staying]
