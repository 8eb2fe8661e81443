"""Events in: whatever the order of the streams, the same facts and the same figures."""

from dataclasses import asdict
from typing import Any

import pytest
from tests.followup.support.service import Followup, figures
from tests.followup.support.stories import COMPLETED, PARTLY, World, records

from followup.rules.ledger import Figures


async def test_a_promise_opens_the_ledger_and_tells_it(followup: Followup) -> None:
    world = World()

    await followup.hears(*records([(world.made("visits", 3), "2026-01-15")]))

    [told] = await followup.told()
    expected = Figures(promised=3, remaining=3)
    assert (told.kind, told.key) == ("commitment.progressed.v1", str(world.id("visits")))
    assert told.body == {"commitment_id": told.key} | asdict(expected)
    assert told.on == "2026-01-15"
    assert await figures(followup, world, "visits") == expected


async def test_a_promise_of_nothing_is_told_too(followup: Followup) -> None:
    await followup.hears(*records([(World().made("visits", 0), "2026-01-15")]))

    [told] = await followup.told()
    assert told.body["promised"] == 0


async def test_an_activity_waits_for_its_promise(followup: Followup) -> None:
    world = World()
    story = [
        (world.held("a visit", "visits"), "2026-02-01"),
        (world.made("visits", 1), "2026-01-15"),
    ]

    await followup.hears(*records(story[:1]))
    assert await followup.told() == []
    await followup.hears(*records(story)[1:])

    assert [told.body["kept"] for told in await followup.told()] == [0, 1]


async def test_what_came_before_its_promise_is_told_on_its_own_day(followup: Followup) -> None:
    world = World()
    story = [
        (world.held("a visit", "visits"), "2026-02-01"),
        (world.held("another", "visits"), "2026-02-20"),
        (world.made("visits", 3), "2026-01-15"),
    ]

    await followup.hears(*records(story))

    assert [told.on for told in await followup.told()] == ["2026-01-15", "2026-02-01", "2026-02-20"]


async def test_what_keeps_a_unit_comes_with_the_promise(followup: Followup) -> None:
    world = World()
    story = [
        (world.made("talks", 1, "guest_talk"), "2026-01-15"),
        (world.held("a talk", "talks", "guest_talk"), "2026-02-01"),
        (world.made("places", 1, "guest_talk", kept_by="placement"), "2026-01-15"),
        (world.held("a look around", "places", "guest_talk"), "2026-02-01"),
    ]

    await followup.hears(*records(story))

    assert await figures(followup, world, "talks") == Figures(promised=1, kept=1)
    assert await figures(followup, world, "places") == Figures(promised=1, remaining=1, extra=1)


async def test_a_raise_told_after_the_lapse_lapses_too(followup: Followup) -> None:
    world = World()
    story = [
        (world.made("visits", 1), "2026-01-15"),
        (world.changed("visits", 1, 3), "2026-06-01"),
        (world.changed("visits", 3, 4), "2026-08-01"),
    ]
    await followup.hears(*records(story)[:1])
    await followup.due("2026-07-01")
    before = len(await followup.told())

    await followup.hears(*records(story)[1:])

    told = (await followup.told())[before:]
    assert [(one.kind.split(".")[1], one.on) for one in told] == [
        ("lapsed", "2026-07-01"),
        ("progressed", "2026-06-01"),
        ("lapsed", "2026-08-01"),
        ("progressed", "2026-08-01"),
    ]
    assert [one.body["units"] for one in told[::2]] == [2, 1]
    assert await figures(followup, world, "visits") == Figures(promised=4, lapsed=4)


async def test_figures_that_did_not_move_are_not_told_again(followup: Followup) -> None:
    world = World()
    story = [
        (world.made("visits", 1), "2026-01-15"),
        (world.released("visits"), "2026-02-01"),
        (world.changed("visits", 1, 0), "2026-02-02"),
    ]

    await followup.hears(*records(story))

    assert [told.body["released"] for told in await followup.told()] == [0, 1]


async def test_the_same_activity_counts_once_whatever_was_said_of_it(followup: Followup) -> None:
    world = World()
    held = world.held("a visit", "visits")

    story = [(world.made("visits", 3), "2026-01-15"), (held, "2026-02-01"), (held, "2026-02-02")]
    await followup.hears(*records(story))

    assert (await figures(followup, world, "visits")).kept == 1


async def test_a_record_that_comes_again_changes_nothing(followup: Followup) -> None:
    world = World()
    story = records(
        [(world.made("visits", 3), "2026-01-15"), (world.held("a visit", "visits"), "2026-02-01")]
    )

    await followup.hears(*story)
    await followup.hears(*story)

    assert await figures(followup, world, "visits") == Figures(promised=3, remaining=2, kept=1)
    assert len(await followup.told()) == 2


async def test_an_activity_told_late_undoes_a_lapse(followup: Followup) -> None:
    world = World()
    await followup.hears(*records([(world.made("visits", 2), "2026-01-15")]))
    await followup.due("2026-07-01")
    lapsed = await figures(followup, world, "visits")

    await followup.hears(*records([(world.held("a visit", "visits"), "2026-06-30")]))

    assert lapsed == Figures(promised=2, lapsed=2)
    assert await figures(followup, world, "visits") == Figures(promised=2, kept=1, lapsed=1)
    assert [told.body.get("kept") for told in await followup.told()] == [0, None, 0, 1]


async def test_a_placement_is_remembered_whatever_of_it_is_heard_first(followup: Followup) -> None:
    world = World()
    _, ready, *_ = world.course("one", "work", "2026-02-01", "2026-02-20", "2026-03-01")

    await followup.hears(*records([ready]))

    [row] = await followup.rows("SELECT * FROM placements")
    assert (row["ready_on"].isoformat(), row["commitment_id"]) == ("2026-02-20", None)
    assert await followup.told() == []


async def test_only_what_moves_the_figures_is_told(followup: Followup) -> None:
    world = World()
    story = [
        (world.places("work", 3), "2026-01-15"),
        (world.opened("place of work", "work", 2), "2026-01-20"),
        (world.paused("place of work", "work"), "2026-01-25"),
        (world.accepted("one", "place of work", "work", "a person"), "2026-01-31"),
        *world.course(
            "one", "work", "2026-02-01", "2026-02-20", "2026-03-01", "2026-03-31", end=COMPLETED
        ),
    ]

    await followup.hears(*records(story))

    told = [(one.on, one.body["open"], one.body["kept"]) for one in await followup.told()]
    assert told == [("2026-01-15", 0, 0), ("2026-01-20", 2, 0), ("2026-03-31", 1, 1)]


async def test_a_promise_that_no_ledger_can_hold_is_parked(followup: Followup) -> None:
    too_many = World().made("visits", 1).model_copy(update={"promised": 2**31})

    await followup.inbox.process(records([(too_many, "2026-01-15")]))

    [parked] = await followup.rows("SELECT key, reason FROM parked")
    assert parked == {"key": too_many.key, "reason": "malformed"}
    assert await followup.rows("SELECT 1 FROM events") == []


@pytest.mark.parametrize(("told", "kept"), [(True, 1), (False, 0), (None, 0)])
async def test_a_part_is_kept_if_the_event_says_so_and_by_its_days_if_it_says_nothing(
    followup: Followup, *, told: bool | None, kept: int
) -> None:
    world = World()
    days: dict[str, Any] = {"last_day": "2026-03-05"} | ({} if told is None else {"kept": told})
    part = world.placement(PARTLY, "one", "here", "work", **days)
    story = [
        (world.places("work", 1), "2026-01-15"),
        (world.opened("here", "work", 1), "2026-01-20"),
        (part, "2026-03-05"),
    ]

    await followup.hears(*records(story))

    seen = await figures(followup, world, "work")
    assert (
        seen.kept + seen.extra == kept
    )  # nobody told when it began: it may lie outside the period
