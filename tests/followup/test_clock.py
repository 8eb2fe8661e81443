"""Time in: a period that has ended is found once, whenever the clock gets to look."""

from collections.abc import Callable
from dataclasses import asdict

import pytest
from tests.followup.support.service import Followup
from tests.followup.support.stories import COMPLETED, World, records
from tests.shared.support.records import record
from tests.support.holding import held

from followup.commands import lapse
from followup.rules.ledger import Figures
from shared.database import Database


async def test_a_period_that_ended_lapses_as_of_its_end(followup: Followup) -> None:
    world = World()
    story = [(world.made("visits", 3), "2026-01-15"), (world.held("v", "visits"), "2026-02-01")]
    await followup.hears(*records(story))

    assert await followup.due("2026-06-30") == 0
    assert await followup.due("2026-07-01") == 1

    *_, lapsed, progressed = await followup.told()
    assert (lapsed.kind, lapsed.on) == ("commitment.lapsed.v1", "2026-07-01")
    assert lapsed.body == {"commitment_id": str(world.id("visits")), "units": 2}
    assert (progressed.kind, progressed.on) == ("commitment.progressed.v1", "2026-07-01")
    expected = Figures(promised=3, kept=1, lapsed=2)
    assert progressed.body == {"commitment_id": str(world.id("visits"))} | asdict(expected)


async def test_a_clock_that_stood_still_for_five_days_does_each_thing_once(
    followup: Followup,
) -> None:
    world = World()
    ends = [f"2026-07-0{day}" for day in range(1, 6)]
    story = [
        (world.made(f"until {end}", 1, period=("2026-01-01", end)), "2026-01-15") for end in ends
    ]
    await followup.hears(*records(story))
    before = len(await followup.told())

    assert [await followup.due(day) for day in ("2026-07-06", "2026-07-06", "2026-07-07")] == [
        5,
        0,
        0,
    ]

    told = (await followup.told())[before:]
    assert sorted(one.on for one in told if one.kind == "commitment.lapsed.v1") == ends
    assert len(told) == 2 * len(ends)


async def test_what_was_kept_in_full_ends_in_silence(followup: Followup) -> None:
    world = World()
    story = [(world.made("visits", 1), "2026-01-15"), (world.held("v", "visits"), "2026-02-01")]
    await followup.hears(*records(story))
    before = len(await followup.told())

    assert [await followup.due("2026-07-01"), await followup.due("2026-07-02")] == [1, 0]
    assert len(await followup.told()) == before


async def test_a_promise_heard_after_its_end_lapses_at_the_next_look(followup: Followup) -> None:
    world = World()
    await followup.due("2026-08-01")
    await followup.hears(*records([(world.made("visits", 1), "2026-01-15")]))

    assert await followup.due("2026-08-01") == 1
    assert [told.body.get("lapsed", told.body.get("units")) for told in await followup.told()] == [
        0,
        1,
        1,
    ]


async def test_a_promise_made_after_its_period_lapses_when_it_was_made(followup: Followup) -> None:
    story = [(World().made("visits", 1), "2026-09-01")]
    await followup.hears(*records(story))

    assert await followup.due("2026-09-02") == 1

    assert [told.on for told in await followup.told()] == ["2026-09-01"] * 3


async def test_what_the_clock_tells_names_its_network_and_who_acts(followup: Followup) -> None:
    world = World()
    for network in ("one", "other"):
        made = world.made(f"in {network}", 1)
        await followup.hears(record(made, 1, network=network, occurredat="2026-01-15"))
    heard = len(await followup.told())

    await followup.due("2026-07-01")

    told = {(one.key, one.by) for one in (await followup.told())[heard:]}
    assert told == {
        (str(world.id(f"in {network}")), (network, "system", "followup"))
        for network in ("one", "other")
    }


async def test_many_are_found_round_by_round(
    followup: Followup, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    monkeypatch.setattr(lapse, "ROUND", 3)
    story = [(world.made(f"promise {n}", 1), "2026-01-15") for n in range(8)]
    await followup.hears(*records(story))

    assert [await followup.due("2026-07-01") for _ in range(4)] == [3, 3, 2, 0]
    assert await followup.rows("SELECT 1 FROM commitments WHERE lapsed <> 1") == []


async def test_only_something_known_can_lapse(followup: Followup) -> None:
    await followup.hears(*records([(World().held("v", "visits"), "2026-02-01")]))

    assert await followup.due("2030-01-01") == 0
    assert await followup.told() == []


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        (
            "UPDATE commitments SET starts_on = '20000-01-01' WHERE id = :id RETURNING 1",
            "UPDATE commitments SET starts_on = '2026-01-01' WHERE id = :id RETURNING 1",
        ),
        (
            "UPDATE commitments SET network = '890102-3286' WHERE id = :id RETURNING 1",
            "UPDATE commitments SET network = 'jobbpakten' WHERE id = :id RETURNING 1",
        ),
    ],
    ids=["unreadable", "untellable"],
)
async def test_a_commitment_whose_lapse_cannot_be_found_keeps_no_other(
    followup: Followup,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    mended: str,
    any_day: Callable[[Database, str], None],
) -> None:
    any_day(followup.database, "commitments")
    world = World()
    monkeypatch.setattr(lapse, "ROUND", 2)
    names = [f"promise {n}" for n in range(5)]
    await followup.hears(*records([(world.made(name, 1), "2026-01-15") for name in names]))
    for name in names[:2]:
        await followup.rows(broken, id=world.id(name))
    done = [await followup.due("2026-07-01") for _ in range(40)]  # drawn: 1 of 2**30 fails
    assert sum(done) == 3
    assert "2 commitments" in followup.database.undone.said()
    for name in names[:2]:
        await followup.rows(mended, id=world.id(name))
    assert await followup.due("2026-07-01") == 2
    assert followup.database.undone.said() == ""


async def test_a_network_whose_months_cannot_be_closed_keeps_no_other(
    followup: Followup, any_day: Callable[[Database, str], None]
) -> None:
    any_day(followup.database, "placements")
    for network in ("one", "other", "third"):
        world = World(network)
        story = [(world.places("work", 3), "2026-01-15")]
        story += world.course("p", "work", *["2026-03-01"] * 3, "2026-03-31", end=COMPLETED)
        for number, (event, on) in enumerate(story):
            count = 1 if number == 0 else number
            await followup.hears(record(event, count, network=network, occurredat=on))
    broken = "UPDATE placements SET ended_on = '%s' WHERE network = 'other' RETURNING 1"
    await followup.rows(broken % "0044-03-15 BC")
    await followup.due("2026-04-02")
    closed = "SELECT network, month FROM closed_months ORDER BY network"
    assert [row["network"] for row in await followup.rows(closed)] == ["one", "third"]
    assert "1 networks" in followup.database.undone.said()

    await followup.rows(broken % "2026-03-31")
    await followup.due("2026-05-02")
    months = [(row["network"], str(row["month"])) for row in await followup.rows(closed)]
    assert [month for name, month in months if name == "other"] == ["2026-04-30"]
    assert len(months) == 5
    assert followup.database.undone.said() == ""


async def test_a_commitment_that_somebody_holds_delays_itself_alone(followup: Followup) -> None:
    world = World()
    story = [(world.made(f"visits {n}", 3), "2026-01-15") for n in range(3)]
    await followup.hears(*records(story))
    async with held(followup.database, f"commitments WHERE id = '{world.id('visits 1')}'"):
        assert await followup.due("2026-07-01") == 2
    assert await followup.due("2026-07-01") == 1
