"""Counts of people: under five they aren't shown, nor what would give them away."""

from collections.abc import Mapping
from dataclasses import dataclass

FEWEST = 5
OUTCOMES = (
    "planned",
    "ready",
    "running",
    "completed",
    "partly_completed",
    "no_show",
    "interrupted",
)


@dataclass(frozen=True, slots=True)
class People:
    """How many people; without `count` where it is too small, or would give away one that is."""

    count: int | None
    masked: bool


@dataclass(frozen=True, slots=True)
class Placements:
    """How many placements have come to each state, and in total."""

    by_outcome: Mapping[str, People]
    total: People


@dataclass(frozen=True, slots=True)
class Persons:
    """How many people had a placement that began, and one that was completed; each once."""

    started: People
    completed: People


HIDDEN = People(None, masked=True)


def shown(count: int, *, hide: bool = False) -> People:
    """Show a count of at least five; nought is hidden too, or a hidden one would say 1 to 4."""
    return HIDDEN if hide or count < FEWEST else People(count, masked=False)


def hidden(counts: Mapping[str, int]) -> frozenset[str]:
    """Name the parts of a shown total to hide: the small ones, and as many as hide them.

    Whoever takes the shown from the total learns the sum of the hidden: that is then of at least
    two parts, and at least five people, unless there are no more parts to hide.
    """
    found: list[str] = []
    for part in sorted(counts, key=lambda part: (counts[part], part)):
        told = sum(counts[one] for one in found)
        if counts[part] >= FEWEST and (not found or (len(found) > 1 and told >= FEWEST)):
            break
        found.append(part)
    return frozenset(found)


def placements(counts: Mapping[str, int]) -> Placements:
    """Count placements by what has become of them."""
    every = {name: counts.get(name, 0) for name in OUTCOMES}
    hide = hidden(every)
    shown_parts = {name: shown(count, hide=name in hide) for name, count in every.items()}
    return Placements(shown_parts, shown(sum(every.values())))


def persons(started: int, completed: int, among: Placements) -> Persons:
    """Count people; who began and hasn't completed mustn't be told from the difference.

    Where completed placements are hidden, people who completed one are hidden too.
    """
    hide = hidden({"completed": completed, "others": started - completed})
    beside = among.by_outcome["completed"].masked
    return Persons(shown(started), shown(completed, hide=beside or "completed" in hide))
