"""Streams heard in any order, in batches of any size: the same figures, the same that is told."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from tests.followup.service import Followup
from tests.followup.stories import (
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
from tests.followup.test_subscribers import figures

from followup.rules.ledger import Figures
from shared.events import Event
from shared.inbox.records import Record


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
    seen: set[Any] = set()
    for seed in range(25):
        world, dice = World(seed), random.Random(seed)
        for batch in batches(shuffled(a_busy_place(world), dice), dice):
            await followup.hears(*batch)
            if dice.random() < 0.3:
                await followup.due("2026-07-01")
        await followup.due("2026-07-01")
        seen.add(await figures(followup, world, "work"))

    assert seen == {Figures(promised=5, open=1, kept=2, released=2)}
    await the_last_told_is_what_the_ledger_says(followup)


async def the_last_told_is_what_the_ledger_says(followup: Followup) -> None:
    """Each figure told adds up and differs from the one before; the last is the ledger's."""
    told: dict[str, list[dict[str, int]]] = {}
    for one in await followup.told():
        if one.kind == "commitment.progressed.v1":
            told.setdefault(one.body.pop("commitment_id"), []).append(one.body)
    for several in told.values():
        assert all(one != other for one, other in pairwise(several))
        for units in several:
            parts = ("remaining", "open", "kept", "lapsed", "released")
            assert units["promised"] == sum(units[part] for part in parts)
    names = ", ".join(Figures.__slots__)
    rows = await followup.rows(f"SELECT id, {names} FROM commitments WHERE promised IS NOT NULL")
    assert {str(row.pop("id")): row for row in rows} == {
        key: each[-1] for key, each in told.items()
    }


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
