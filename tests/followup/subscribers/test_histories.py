"""Histories, each order of short ones and random ones: the same figures from the same streams."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from tests.followup.support.service import Followup, figures, the_last_told_is_what_the_ledger_says
from tests.followup.support.stories import (
    COMPLETED,
    INTERRUPTED,
    NO_SHOW,
    PARTLY,
    Dated,
    World,
    batches,
    records,
    shuffled,
)

from followup.rules.ledger import Figures
from jobbpakten_events import Event
from shared.messaging.inbox.records import Record


def turns(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Give every order in which streams of these sizes can be heard: whose turn it is each time."""
    if not any(sizes):
        yield []
    for at, size in enumerate(sizes):
        if size:
            rest = [*sizes[:at], size - 1, *sizes[at + 1 :]]
            yield from ([at, *more] for more in turns(rest))


def by_stream(told: Sequence[Dated]) -> list[list[Record]]:
    streams: dict[bytes, list[Record]] = {}
    for one in records(told):
        streams.setdefault(one.key or b"", []).append(one)
    return list(streams.values())


SHORT = {
    "kept after the end": (["2026-02-01", "2026-06-30", "2026-08-01"], COMPLETED, [0, 0, 1, 0, 1]),
    "failed after the end": (["2026-02-01", "2026-06-30", "2026-08-01"], NO_SHOW, [0, 0, 0, 0, 2]),
}


@pytest.mark.parametrize(("days", "end", "expected"), SHORT.values(), ids=SHORT)
async def test_every_order_of_a_short_history_gives_the_same_figures(
    followup: Followup, days: list[str], end: Any, expected: list[int]
) -> None:
    worlds, first, then = [], [], []
    for number, turn in enumerate(turns((2, 2, 3))):
        world = World(number)
        streams = [iter(one) for one in by_stream(a_short_history(world, days, end))]
        order = [next(streams[at]) for at in turn]
        worlds.append(world)
        first += order[: number % len(order)]
        then += order[number % len(order) :]
    for half in (first, then):
        await followup.hears(*half)
        await followup.due("2026-07-01")

    remaining, is_open, kept, lapsed, released = expected
    seen = {await figures(followup, world, "work") for world in worlds}
    assert len(worlds) == 210
    assert seen == {Figures(2, remaining, is_open, kept, lapsed, released)}
    await the_last_told_is_what_the_ledger_says(followup)


def a_short_history(world: World, days: list[str], end: Any) -> list[Dated]:
    planned, started, ended = days
    [first, _, begun, last] = world.course("one", "work", planned, planned, started, ended, end=end)
    return [
        (world.places("work", 2), "2026-01-10"),
        (world.released("work"), "2026-05-01"),
        (world.opened("place of work", "work", 1), "2026-01-20"),
        (world.closed("place of work", "work"), "2026-06-01"),
        *(first, begun, last),
    ]


ENDS: list[type[Event]] = [COMPLETED, PARTLY, NO_SHOW, INTERRUPTED]


def a_random_history(world: World, dice: random.Random) -> list[Dated]:
    """Promise, change, open and close, place and end on random days around the period."""

    def day() -> str:
        return (date(2025, 12, 20) + timedelta(days=dice.randrange(220))).isoformat()

    promised = dice.randrange(5)
    story: list[Dated] = [(world.places("work", promised), "2026-01-05")]
    changes = range(dice.randrange(3))
    story += [(world.changed("work", promised, dice.randrange(6)), day()) for _ in changes]
    story += [(world.released("work"), day())] * dice.randrange(2)
    for name in ("here", "there"):
        story.append((world.opened(name, "work", dice.randrange(1, 4)), day()))
        story += [(world.closed(name, "work"), day())] * dice.randrange(2)
    for number in range(dice.randrange(5)):
        days = sorted(day() for _ in range(4))
        end = dice.choice(ENDS) if dice.random() < 0.8 else None
        known = days if end else days[:3]
        place = dice.choice(["here", "there"])
        story += world.course(f"placement {number}", "work", *known, end=end, place=place)
    return story


async def test_random_histories_give_the_same_figures_in_whatever_order(
    followup: Followup,
) -> None:
    for seed in range(12):
        seen = set()
        for order in range(3):
            world, dice = World((seed, order)), random.Random(f"{seed} {order}")
            story = a_random_history(world, random.Random(seed))
            for batch in batches(shuffled(story, dice), dice):
                await followup.hears(*batch)
                if dice.random() < 0.2:
                    await followup.due("2026-07-10")
            await followup.due("2026-07-10")
            seen.add(await figures(followup, world, "work"))
        assert len(seen) == 1, seed
    await the_last_told_is_what_the_ledger_says(followup)
