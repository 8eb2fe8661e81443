"""Streams heard in any order, in batches of any size: the same figures, the same that is told."""

import random
from collections.abc import Callable
from dataclasses import asdict

from tests.followup.support.service import Followup, figures, the_last_told_is_what_the_ledger_says
from tests.followup.support.stories import (
    COMPLETED,
    NO_SHOW,
    PARTLY,
    Dated,
    World,
    batches,
    shuffled,
)

from followup.rules.ledger import Figures


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


async def in_many_orders(
    followup: Followup, times: int, story: Callable[[World], list[Dated]], *names: str
) -> set[tuple[Figures, ...]]:
    """Tell a story shuffled, while the period's end is looked for; give the figures at the end."""
    seen = set()
    for seed in range(times):
        world, dice = World(seed), random.Random(seed)
        for batch in batches(shuffled(story(world), dice), dice):
            await followup.hears(*batch)
            if dice.random() < 0.3:
                await followup.due("2026-07-01")
        await followup.due("2026-07-01")
        seen.add(tuple([await figures(followup, world, name) for name in names]))
    return seen


async def test_streams_shuffled_against_each_other_give_the_same_figures(
    followup: Followup,
) -> None:
    seen = await in_many_orders(followup, 60, a_hard_story, "visits", "talks")

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


def a_busy_place(world: World) -> list[Dated]:
    """Open a place of three slots and use them: one kept, one in half, one failed, one begun."""
    at = "here"
    return [
        (world.places("work", 5), "2026-01-10"),
        (world.changed("work", 5, 4), "2026-03-01"),
        (world.released("work"), "2026-05-20"),
        (world.opened("here", "work", 3), "2026-01-20"),
        (world.paused("here", "work"), "2026-02-01"),
        (world.closed("here", "work"), "2026-05-01"),
        *world.course(
            "one",
            "work",
            "2026-02-01",
            "2026-02-20",
            "2026-03-01",
            "2026-03-31",
            end=COMPLETED,
            place=at,
        ),
        *world.course(
            "two",
            "work",
            "2026-02-01",
            "2026-02-20",
            "2026-03-01",
            "2026-03-17",
            end=PARTLY,
            place=at,
        ),
        *world.course("three", "work", "2026-02-01", "2026-03-03", end=NO_SHOW, place=at),
        *world.course("four", "work", "2026-04-01", "2026-04-02", "2026-05-02", place=at),
        (world.accepted("four", "here", "work", "a person"), "2026-03-20"),
    ]


async def test_places_and_placements_give_the_same_figures_in_whatever_order(
    followup: Followup,
) -> None:
    seen = await in_many_orders(followup, 25, a_busy_place, "work")

    assert seen == {(Figures(promised=5, open=1, kept=2, released=2),)}
    await the_last_told_is_what_the_ledger_says(followup)
