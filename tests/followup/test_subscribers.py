"""Events in: whatever the order of the streams, the same facts and the same figures."""

import random
from dataclasses import asdict
from typing import Any, Literal

import pytest
from tests.followup.service import Followup
from tests.followup.stories import Dated, World, batches, records, shuffled

from followup.rules import Figures

FIGURES = f"SELECT {', '.join(Figures.__slots__)} FROM commitments WHERE id = :id"


async def figures(followup: Followup, world: World, name: str) -> Figures:
    [row] = await followup.rows(FIGURES, id=world.id(name))
    return Figures(**row)


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


async def test_members_come_from_whichever_event_is_first(followup: Followup) -> None:
    world = World()
    story: list[Dated] = [
        (world.in_force("a"), "2026-03-01"),
        (world.applied("a", "public", "large"), "2026-01-01"),
        (world.vetted("a"), "2026-01-10"),
        (world.approved("a"), "2026-02-01"),
    ]

    await followup.hears(*records(story))

    [row] = await followup.rows("SELECT * FROM members")
    days = ("applied_on", "vetting_started_on", "approved_on", "rejected_on", "in_force_on")
    assert [row[name] and row[name].isoformat() for name in days] == [
        "2026-01-01",
        "2026-01-10",
        "2026-02-01",
        None,
        "2026-03-01",
    ]
    assert (row["sector"], row["size"], row["organisation_id"]) == (
        "public",
        "large",
        world.id("org a"),
    )


@pytest.mark.parametrize("ground", ["withdrawn", "lapsed"])
@pytest.mark.parametrize("seed", range(4))
async def test_a_membership_that_ended_is_no_longer_on_its_way(
    followup: Followup, ground: Literal["withdrawn", "lapsed"], seed: int
) -> None:
    world = World()
    story: list[Dated] = [
        (world.applied("a"), "2026-01-01"),
        (world.vetted("a"), "2026-01-10"),
        (world.approved("a"), "2026-02-01"),
        (world.ended("a", ground), "2026-05-01"),
        (world.made("visits", 1), "2026-02-01"),
    ]
    await followup.hears(*shuffled(story, random.Random(seed)))
    await followup.today("2026-11-22")

    async with followup.client() as client:
        counts = [
            (await client.get(f"/networks/jobbpakten/report{day}")).json()["members"]
            for day in ("", "?day=2026-04-30")
        ]

    assert [[one["state"] for one in members] for members in counts] == [[ground], ["approved"]]


def a_hard_story(world: World) -> list[Dated]:
    """Make two promises with changes, a release, late and early acts, and acts beyond them."""
    visits = [("2026-01-20", 1), ("2026-02-10", 2), ("2026-03-05", 3), ("2026-06-30", 4)]
    talks = [("2026-02-01", 1), ("2026-02-02", 2), ("2026-05-01", 3), ("2025-12-31", 4)]
    return [
        (world.applied("a"), "2025-12-01"),
        (world.made("visits", 4), "2026-01-15"),
        (world.changed("visits", 4, 8), "2026-02-10"),
        (world.changed("visits", 8, 5), "2026-03-05"),
        (world.made("talks", 3, "lecture"), "2026-01-15"),
        (world.changed("talks", 3, 2), "2026-02-01"),
        (world.released("talks"), "2026-04-01"),
        *((world.held(f"visit {n}", "visits"), on) for on, n in visits),
        *((world.held(f"talk {n}", "talks", "lecture"), on) for on, n in talks),
        (world.in_force("a"), "2026-01-15"),
    ]


async def test_streams_shuffled_against_each_other_give_the_same_figures(
    followup: Followup,
) -> None:
    seen: set[Any] = set()
    for seed in range(60):
        world, dice = World(seed), random.Random(seed)
        for batch in batches(shuffled(a_hard_story(world), dice), dice):
            await followup.hears(*batch)
            if dice.random() < 0.3:
                await followup.due("2026-07-01")
        await followup.due("2026-07-01")
        visits, talks = [await figures(followup, world, name) for name in ("visits", "talks")]
        seen.add((visits, talks))

    assert seen == {
        (
            Figures(promised=8, kept=4, lapsed=1, released=3),
            Figures(promised=3, kept=2, released=1, extra=2),
        )
    }


async def test_as_much_is_told_in_whatever_order_it_was_heard(followup: Followup) -> None:
    told: set[int] = set()
    for seed in range(20):
        world, before = World(seed), len(await followup.told())
        story = [
            (world.made("visits", 2), "2026-01-15"),
            *((world.held(f"visit {n}", "visits"), "2026-02-01") for n in range(4)),
        ]
        await followup.hears(*shuffled(story, random.Random(seed)))
        told.add(len(await followup.told()) - before)

    assert told == {5}


async def test_what_was_told_last_is_what_the_ledger_says(followup: Followup) -> None:
    world, dice = World(), random.Random(7)

    await followup.hears(*shuffled(a_hard_story(world), dice))
    await followup.due("2026-07-01")

    last = {told.key: told.body for told in await followup.told() if "kept" in told.body}
    for name in ("visits", "talks"):
        found = await figures(followup, world, name)
        assert last[str(world.id(name))] == {"commitment_id": str(world.id(name))} | asdict(found)


async def test_a_promise_that_no_ledger_can_hold_is_parked(followup: Followup) -> None:
    too_many = World().made("visits", 2**31)

    await followup.inbox.settle(records([(too_many, "2026-01-15")]))

    [parked] = await followup.rows("SELECT key, reason FROM parked")
    assert parked == {"key": too_many.key, "reason": "handler_failed"}
    assert await followup.rows("SELECT 1 FROM events") == []
