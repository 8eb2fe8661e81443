"""Counts of people for staff: under five they aren't shown, nor what would give them away.

What all others see is counted by month, see closing.py.

Nothing here is secret: whoever reads may know these rules, and asks which counts would look the
same. What is hidden beside a small count is therefore picked by name, never by its size.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

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
BEGUN = ("running", "completed", "partly_completed", "interrupted")
# Which is hidden first beside a small count: those that haven't begun, so that the rest is told.
FIRST_TO_HIDE = ("planned", "ready", "no_show", *BEGUN)


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
NOBODY = Persons(HIDDEN, HIDDEN)


def shown(count: int, *, hide: bool = False) -> People:
    """Show a count of at least five; nought is hidden too, or a hidden one would say 1 to 4."""
    return HIDDEN if hide or count < FEWEST else People(count, masked=False)


def keep_each_other(small: Collection[int]) -> bool:
    """Tell whether small counts stay unknown though their sum is told: not all can be fours."""
    return len(small) > 1 and FEWEST <= sum(small) < len(small) * (FEWEST - 1)


def hidden(counts: Mapping[str, int]) -> frozenset[str]:
    """Name the parts of a shown total to hide: the small ones, and one more if that hides them.

    Whoever takes the shown from the total learns the sum of the hidden: that is of at least two
    parts and five people. Which one more depends on the order of `counts` alone.
    """
    small = [part for part, count in counts.items() if count < FEWEST]
    enough = not small or keep_each_other([counts[part] for part in small])
    others = (part for part in counts if part not in small)
    return frozenset(small if enough else [*small, *[*others][:1]])


def placements(counts: Mapping[str, int]) -> Placements:
    """Count placements by what has become of them; in total too, unless that says all there is."""
    every = {name: counts.get(name, 0) for name in FIRST_TO_HIDE}
    hide = hidden(every)
    parts = {name: shown(every[name], hide=name in hide) for name in OUTCOMES}
    only_small = max(every.values()) < FEWEST and not keep_each_other(every.values())
    return Placements(parts, shown(sum(every.values()), hide=only_small))


def persons(started: int, completed: int, among: Placements) -> Persons:
    """Count people, so that no count of placements or people can be told from a difference.

    Who began is as many as the placements that did, or a few less: told only where all of those
    are. Beside it, who completed leaves who hasn't: both are told, or neither.
    """
    if any(among.by_outcome[name].masked for name in BEGUN):
        beside = among.by_outcome["completed"].masked
        return Persons(HIDDEN, shown(completed, hide=beside))
    hide = min(completed, started - completed) < FEWEST
    return Persons(shown(started, hide=hide), shown(completed, hide=hide))


def last_month(day: date) -> date:
    """Give the end of the month before the day's: all but staff see everything as of then."""
    return day.replace(day=1) - timedelta(days=1)
