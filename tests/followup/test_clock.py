"""Time in: a period that has ended is found once, whenever the clock gets to look."""

from dataclasses import asdict

import pytest
from tests.followup.service import Followup
from tests.followup.stories import World, records
from tests.shared.records import record

from followup.commands import lapse
from followup.rules.ledger import Figures


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


async def test_many_are_found_in_batches(
    followup: Followup, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    monkeypatch.setattr(lapse, "BATCH", 3)
    story = [(world.made(f"promise {n}", 1), "2026-01-15") for n in range(8)]
    await followup.hears(*records(story))

    assert await followup.due("2026-07-01") == 8
    assert await followup.rows("SELECT 1 FROM commitments WHERE lapsed <> 1") == []


async def test_only_something_known_can_lapse(followup: Followup) -> None:
    await followup.hears(*records([(World().held("v", "visits"), "2026-02-01")]))

    assert await followup.due("2030-01-01") == 0
    assert await followup.told() == []
