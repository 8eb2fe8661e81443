"""Streams heard in any order, in batches of any size: the same figures, the same that is told."""

import random
from dataclasses import asdict
from typing import Any

from tests.followup.service import Followup
from tests.followup.stories import Dated, World, batches, shuffled
from tests.followup.test_subscribers import figures

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
