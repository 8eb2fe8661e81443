"""What counts: the ledger of a commitment as a fold over its facts, and where a member stands.

Everything here is a function of the set of facts. In which order they were heard changes nothing.
"""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import add, attrgetter
from typing import Literal, Self
from uuid import UUID

SECTORS = ("business", "civil_society", "public")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KeptRule:
    """What keeps a unit, from a day on. A new version is a new line in the table, for ever."""

    version: int
    since: date
    by_activity: frozenset[str]  # offers of which a unit is kept when the activity was held


KEPT_RULES = (KeptRule(1, date(2000, 1, 1), frozenset({"study_visit", "lecture"})),)


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised, for which days."""

    offer: str
    starts_on: date
    ends_before: date


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """One step in the life of the promise, numbered by its stream; `units` is the change."""

    version: int
    on: date
    act: Literal["made", "renegotiated", "released"]
    units: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """A visit or lecture that took place. Ordered by id where the day is the same."""

    id: UUID
    on: date
    offer: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about one commitment; without `promise`, what has come early waits."""

    promise: Promise | None
    terms: Collection[Term] = ()
    acts: Collection[Act] = ()
    lapse_found_on: date | None = None  # the day on which the clock saw that the period had ended


@dataclass(frozen=True, slots=True)
class Figures:
    """A commitment in units: promised = remaining + open + kept + lapsed + released."""

    promised: int = 0
    remaining: int = 0
    open: int = 0  # slots of places: they come with matching
    kept: int = 0
    lapsed: int = 0
    released: int = 0
    extra: int = 0  # outside the equation

    def __add__(self, other: Self) -> "Figures":
        return Figures(*map(add, units(self), units(other)))


units = attrgetter(*Figures.__slots__)


@dataclass(slots=True)
class Tally:
    """The fold under way. Whether what is left remains or has lapsed is said at the end."""

    promise: Promise
    promised: int = 0
    left: int = 0
    kept: int = 0
    released: int = 0
    extra: int = 0

    def apply(self, fact: Term | Act, on: date) -> None:
        if isinstance(fact, Act):
            self.hold(fact)
        elif fact.act == "released":
            self.release(self.left, on)
        elif fact.units < 0:
            self.release(-fact.units, on)
        else:
            self.promised += fact.units
            self.left += fact.units

    def release(self, units: int, on: date) -> None:
        """Let go of units, never more than are left; what the period's end took stays taken."""
        units = min(units, self.left) if on < self.promise.ends_before else 0
        self.left -= units
        self.released += units

    def hold(self, act: Act) -> None:
        if self.left and keeps(act, self.promise):
            self.left -= 1
            self.kept += 1
        else:
            self.extra += 1

    def figures(self, *, ended: bool) -> Figures:
        remaining, lapsed = (0, self.left) if ended else (self.left, 0)
        return Figures(self.promised, remaining, 0, self.kept, lapsed, self.released, self.extra)


def kept_rule(on: date) -> KeptRule:
    """Give the rule that holds on a day; the first one for days before it."""
    return next((r for r in reversed(KEPT_RULES) if r.since <= on), KEPT_RULES[0])


def keeps(act: Act, promise: Promise) -> bool:
    """Tell whether an act is of the promised kind, inside the period, and a kind that counts."""
    inside = promise.starts_on <= act.on < promise.ends_before
    return inside and act.offer == promise.offer and act.offer in kept_rule(act.on).by_activity


def in_order(facts: Facts) -> list[tuple[date, Term | Act]]:
    """Give the facts in their canonical order: day, terms by number before acts, acts by id.

    A term counts no earlier than the one before it, an act no earlier than the promise.
    """
    dated: list[tuple[date, Term | Act]] = []
    for term in sorted(facts.terms):
        dated.append((max(term.on, dated[-1][0]) if dated else term.on, term))
    made = dated[0][0] if dated else date.min
    dated += [(max(act.on, made), act) for act in sorted(facts.acts)]
    return sorted(dated, key=lambda one: (one[0], isinstance(one[1], Act)))


def figures(facts: Facts, day: date | None = None) -> Figures:
    """Fold the facts into units: as told until now, or as they stood at the end of a day.

    Now, what is left has lapsed when the clock has found it; on a day, when the period had ended.
    """
    if facts.promise is None:
        return Figures()
    if day is not None:
        return course(facts, [day])[0]
    tally = Tally(facts.promise)
    for on, fact in in_order(facts):
        tally.apply(fact, on)
    return tally.figures(ended=facts.lapse_found_on is not None)


def course(facts: Facts, days: Sequence[date]) -> Sequence[Figures]:
    """Give the figures at the end of each of several rising days, in one fold."""
    if facts.promise is None:
        return [Figures()] * len(days)
    tally, coming, found = Tally(facts.promise), deque(in_order(facts)), []
    for day in days:
        while coming and coming[0][0] <= day:
            on, fact = coming.popleft()
            tally.apply(fact, on)
        found.append(tally.figures(ended=facts.promise.ends_before <= day))
    return found


def one_by_one(facts: Facts) -> Sequence[Facts]:
    """Give the facts as if the acts had come after the promise, each in its turn."""
    acts = [fact for _, fact in in_order(facts) if isinstance(fact, Act)]
    return [replace(facts, acts=acts[:known]) for known in range(len(acts) + 1)]


def total(several: Iterable[Figures]) -> Figures:
    return sum(several, Figures())


# The states of a member, from last to first, each with the fact that leads there.
STATES = ("member", "rejected", "approved", "in_vetting", "applied")


@dataclass(frozen=True, slots=True)
class Milestones:
    """The days on which a membership reached each state; None: not, as far as we have heard."""

    applied: date | None = None
    in_vetting: date | None = None
    approved: date | None = None
    rejected: date | None = None
    member: date | None = None


def state(days: Milestones, on: date) -> str | None:
    """Give the furthest state reached by a day; None before the first."""
    for name in STATES:
        reached: date | None = getattr(days, name)
        if reached and reached <= on:
            return name
    return None
