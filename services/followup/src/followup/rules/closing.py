"""What is counted for everybody when a month closes: never fewer than five of a kind at once.

A placement that has ended waits until enough of its kind have, and is then counted with them, for
good. Every figure of people that everybody sees is a sum of such counts: whatever is taken from
whatever, at least five people are left, or none. A month in which few wait looks like one in which
nobody does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from followup.rules.masking import FEWEST, OUTCOMES, Persons, Placements, shown


class Kind(NamedTuple):
    """What is counted together: what became of placements, and what that says in other tables.

    `of` is what they kept a unit of, an offer or a promise; empty where they kept none.
    """

    of: str
    outcome: str
    is_first: bool = False  # of her placements that began, the first to be counted
    is_first_completed: bool = False

    @property
    def keeps(self) -> bool:
        return bool(self.of)


class Waiting(NamedTuple):
    """A placement that has ended and isn't counted yet, and who knows it besides staff."""

    placement: UUID
    ended_on: date
    kind: Kind
    organisation: UUID | None
    promise: UUID | None


class Counted(NamedTuple):
    """How many of a kind were counted when a month closed."""

    month: date
    kind: Kind
    size: int


def month_end(day: date) -> date:
    """Give the last day of the day's month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def closing(
    waiting: Iterable[Waiting], last: date, *, for_all: bool, first: date = date.min
) -> Iterator[tuple[date, Waiting]]:
    """Close month after month, from the one of the first day to that of the last.

    Give who is counted, each with the month's end. `for_all` is the network's table, where others'
    organisations look for what they don't know; else it is the employer's own.
    """
    by_month: dict[date, list[Waiting]] = defaultdict(list)
    for one in waiting:
        by_month[month_end(max(one.ended_on, first))].append(one)
    kinds: dict[Kind, list[Waiting]] = defaultdict(list)
    for month in sorted(month for month in by_month if month <= last):
        for one in by_month[month]:
            kinds[one.kind].append(one)
        for kind in [kind for kind, several in kinds.items() if enough(several, for_all=for_all)]:
            yield from ((month, one) for one in kinds.pop(kind))


def enough(waiting: Sequence[Waiting], *, for_all: bool) -> bool:
    """Tell whether so many give nobody away, also to an employer who knows its own among them.

    Each employer sees of its own promises whether they are under five: all can't be fours.
    """
    if not for_all:
        return len(waiting) >= FEWEST
    largest = max(Counter(one.organisation for one in waiting).values())
    shares = set(Counter(one.promise for one in waiting).values())
    return len(waiting) - largest >= FEWEST and shares != {FEWEST - 1}


def placements(counted: Iterable[Counted]) -> Placements:
    """Give what became of placements that have ended; who is there still is staff's to know."""
    parts = Counter[str]()
    for one in counted:
        parts[one.kind.outcome] += one.size
    by_outcome = {name: shown(parts[name]) for name in OUTCOMES}
    return Placements(by_outcome, shown(parts.total()))


def persons(counted: Sequence[Counted]) -> Persons:
    """Give how many people had a placement that began and has ended, or was completed."""
    began = sum(one.size for one in counted if one.kind.is_first)
    completed = sum(one.size for one in counted if one.kind.is_first_completed)
    return Persons(shown(began), shown(completed))


def kept(counted: Iterable[Counted], by: date, of: str = "") -> int:
    """Give how many units placements had kept by a day, of one offer or promise, or of all."""
    several = (one for one in counted if one.kind.keeps and one.month <= by)
    return sum(one.size for one in several if of in {"", one.kind.of})
