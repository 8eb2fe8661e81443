"""What is shown of people gives away nothing that is hidden, also to those who know the rules.

Each reader is taken to know the code: every world that could be is asked what it would show, and
what is hidden must differ between worlds that look the same.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date
from itertools import product

import pytest

from followup.rules.masking import (
    BEGUN,
    FEWEST,
    FIRST_TO_HIDE,
    OUTCOMES,
    Persons,
    Placements,
    hidden,
    last_month,
    persons,
    placements,
)

World = Mapping[str, int]
Seen = Mapping[str, int | None]


def looks_alike(worlds: Iterable[tuple[World, Seen]]) -> Iterator[tuple[Seen, list[World]]]:
    """Put worlds together that show the same."""
    found: dict[Hashable, list[World]] = defaultdict(list)
    shown: dict[Hashable, Seen] = {}
    for world, seen in worlds:
        key: Hashable = tuple(seen.items())
        found[key].append(world)
        shown[key] = seen
    for key, several in found.items():
        yield shown[key], several


def seen_of(found: Placements, people: Persons | None = None) -> dict[str, int | None]:
    """Give all that a report shows of a world."""
    seen = {name: one.count for name, one in found.by_outcome.items()}
    seen["total"] = found.total.count
    if people:
        seen |= {"began": people.started.count, "finished": people.completed.count}
        both = people.started.count, people.completed.count
        seen["unfinished"] = both[0] - both[1] if both[0] and both[1] else None
    return seen


def parts(most: int) -> Iterator[tuple[World, Seen]]:
    """Give every world of four parts, with what is shown of it beside its total."""
    for sizes in product(range(most + 1), repeat=4):
        world = dict(zip("abcd", sizes, strict=True))
        hide = hidden(world)
        fours = max(sizes) < FEWEST and (sum(sizes) < FEWEST or min(sizes) == FEWEST - 1)
        total = None if fours else sum(sizes)
        yield world, {n: None if n in hide else world[n] for n in world} | {"total": total}


def test_no_hidden_part_can_be_told_from_the_parts_and_the_total() -> None:
    """Worlds go up to 12: those with parts of up to 6 have likes enough among them."""
    for seen, worlds in looks_alike(parts(12)):
        if min(max(world.values()) for world in worlds) > 6:
            continue
        secret = [name for name in "abcd" if seen[name] is None]
        for name in secret:
            assert len({world[name] for world in worlds}) > 1, (seen, worlds)
        for world in worlds:
            assert all(count is None or count >= FEWEST for count in seen.values())
            rest = sum(world[name] for name in secret)
            assert not secret or seen["total"] is None or (len(secret) > 1 and rest >= FEWEST)


MOST = {"planned": 13, "ready": 13}  # they are hidden beside others: then the sum says little


def with_people(outcomes: tuple[str, ...]) -> Iterator[tuple[World, Seen]]:
    """Give worlds with some of these outcomes, five of each other, and possible people.

    Who completed had a placement that was; who didn't had at least one of the others that began.
    """
    for sizes in product(*(range(MOST.get(name, 6) + 1) for name in outcomes)):
        world = dict.fromkeys(OUTCOMES, 5) | dict(zip(outcomes, sizes, strict=True))
        found = placements(world)
        others = sum(world[name] for name in BEGUN) - world["completed"]
        for finished in range(min(1, world["completed"]), world["completed"] + 1):
            for unfinished in range(others + 1):
                began = finished + unfinished
                if others and not began:
                    continue
                people = {"began": began, "finished": finished, "unfinished": unfinished}
                seen = seen_of(found, persons(began, finished, found))
                yield dict(world) | people | {"total": sum(world.values())}, seen


@pytest.mark.parametrize(
    "outcomes",
    [
        ("planned", "ready", "completed"),
        ("planned", "completed", "running"),
        ("planned", "running", "interrupted"),
        ("planned", "partly_completed", "no_show"),
    ],
)
def test_no_hidden_count_can_be_told_from_people_and_placements_together(
    outcomes: tuple[str, ...],
) -> None:
    for seen, worlds in looks_alike(with_people(outcomes)):
        if min(max(world[name] for name in outcomes) for world in worlds) > FEWEST:
            continue
        if any(seen[name] is None for name in OUTCOMES if name not in outcomes):
            continue  # other sizes of it weren't tried
        assert all(count is None or count >= FEWEST for count in seen.values())
        for name in (name for name, count in seen.items() if count is None):
            assert len({world[name] for world in worlds}) > 1, (name, seen, worlds)


def test_who_began_is_not_told_where_a_hidden_outcome_could_be_told_from_it() -> None:
    """Without who came twice, who began are the placements that did: 31 - 21 - 8 were hidden."""
    found = placements({"running": 8, "completed": 21, "interrupted": 2, "planned": 9})

    assert persons(31, 21, found).started.masked
    assert persons(31, 21, found).completed.count == 21


@pytest.mark.parametrize(
    ("counts", "visible"),
    [
        ({}, set()),
        ({"running": 4}, set()),
        ({"running": 5}, {"total"}),
        ({"running": 5, "completed": 9}, {"completed", "total"}),
        (dict.fromkeys(OUTCOMES, 4), set()),
        (dict.fromkeys(OUTCOMES, 4) | {"ready": 3}, {"total"}),
        (dict.fromkeys(OUTCOMES, 5), {*OUTCOMES, "total"}),
        (
            dict.fromkeys(OUTCOMES, 5) | {"no_show": 1},
            {*OUTCOMES, "total"} - {"no_show", "planned"},
        ),
        (
            dict.fromkeys(OUTCOMES, 5) | {"no_show": 4, "interrupted": 4},
            {*OUTCOMES, "total"} - {"no_show", "interrupted", "planned"},
        ),
        (
            dict.fromkeys(OUTCOMES, 5) | {"no_show": 2, "interrupted": 3},
            {*OUTCOMES, "total"} - {"no_show", "interrupted"},
        ),
    ],
)
def test_which_counts_are_shown(counts: dict[str, int], visible: set[str]) -> None:
    assert {name for name, count in seen_of(placements(counts)).items() if count} == visible


@pytest.mark.parametrize(
    ("started", "completed", "visible"),
    [
        (4, 0, (None, None)),
        (5, 0, (None, None)),
        (9, 5, (None, None)),
        (10, 5, (10, 5)),
        (10, 10, (None, None)),
    ],
)
def test_who_began_and_has_not_completed_is_not_told_by_a_difference(
    started: int, completed: int, visible: tuple[int | None, int | None]
) -> None:
    among = placements(dict.fromkeys(OUTCOMES, 5))
    found = persons(started, completed, among)

    assert (found.started.count, found.completed.count) == visible
    assert persons(started, completed, placements({})).completed.masked


def test_every_outcome_has_its_turn_to_be_hidden() -> None:
    assert sorted(FIRST_TO_HIDE) == sorted(OUTCOMES)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-22", "2026-10-31"),
        ("2026-03-01", "2026-02-28"),
        ("2026-03-31", "2026-02-28"),
        ("2026-01-15", "2025-12-31"),
    ],
)
def test_people_are_counted_as_of_the_end_of_the_month_before(day: str, expected: str) -> None:
    assert last_month(date.fromisoformat(day)) == date.fromisoformat(expected)
