"""What counts: the ledger of a commitment as a fold over its facts, and where a member stands.

Everything here is a function of the set of facts. In which order they were heard changes nothing.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter, itemgetter
from typing import Literal, NamedTuple
from uuid import UUID

SECTORS = ("business", "civil_society", "public")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised, what keeps a unit of it, for which days."""

    offer: str
    kept_by: str  # activity or placement, as the network's profile said when it was made
    starts_on: date
    ends_before: date


class Term(NamedTuple):
    """One step in the life of the promise, numbered by its stream.

    `target` is how many units are promised from then on, kept ones included; none when released.
    """

    version: int
    on: date
    act: Literal["made", "renegotiated", "released"]
    target: int = 0


class Act(NamedTuple):
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
    raised_on: date = date.min  # the last day on which units were added

    def apply(self, fact: Term | Act, on: date) -> None:
        if isinstance(fact, Act):
            self.hold(fact)
        else:
            self.aim(fact.target, on)

    def aim(self, target: int, on: date) -> None:
        """Leave as many units as make up the target; what the period's end took stays taken."""
        change = max(0, target - self.kept) - self.left
        if change > 0:
            self.promised += change
            self.left += change
            self.raised_on = on
        elif on < self.promise.ends_before:
            self.left += change
            self.released -= change

    def hold(self, act: Act) -> None:
        if self.left and keeps(act, self.promise):
            self.left -= 1
            self.kept += 1
        else:
            self.extra += 1

    def figures(self, *, ended: bool) -> Figures:
        remaining, lapsed = (0, self.left) if ended else (self.left, 0)
        return Figures(self.promised, remaining, 0, self.kept, lapsed, self.released, self.extra)


def keeps(act: Act, promise: Promise) -> bool:
    """Tell whether an act keeps a unit: activities do, of the promised kind, in the period."""
    inside = promise.starts_on <= act.on < promise.ends_before
    return inside and promise.kept_by == "activity" and act.offer == promise.offer


def in_order(facts: Facts) -> list[tuple[date, int, Term | Act]]:
    """Give the facts in their canonical order: by day, terms by number, acts by id.

    Within a day the promise is made and changed, then acts are held, then it is released; what
    follows a release in the stream follows it here. A term counts no earlier than the one before
    it, an act no earlier than the promise.
    """
    changed, held, released = range(3)
    dated: list[tuple[date, int, Term | Act]] = []
    on, rank = date.min, changed
    for term in sorted(facts.terms):
        if term.on > on:
            on, rank = term.on, changed
        if term.act == "released":
            rank = released
        dated.append((on, rank, term))
    made = dated[0][0] if dated else date.min
    dated += [(max(act.on, made), held, act) for act in sorted(facts.acts)]
    return sorted(dated, key=itemgetter(0, 1))


def figures(facts: Facts, day: date | None = None) -> Figures:
    """Fold the facts into units: as told until now, or as they stood at the end of a day."""
    return course(facts, [day])[0]


def course(facts: Facts, days: Sequence[date | None]) -> Sequence[Figures]:
    """Give the figures at the end of each of several rising days, in one fold; None is now.

    Now, what is left has lapsed when the clock has found it; on a day, when the period had ended.
    """
    if facts.promise is None:
        return [Figures()] * len(days)
    tally, coming, found = Tally(facts.promise), deque(in_order(facts)), []
    for day in days:
        while coming and (day is None or coming[0][0] <= day):
            on, _, fact = coming.popleft()
            tally.apply(fact, on)
        found.append(tally.figures(ended=has_ended(facts, facts.promise, day)))
    return found


def has_ended(facts: Facts, promise: Promise, day: date | None) -> bool:
    return facts.lapse_found_on is not None if day is None else promise.ends_before <= day


def lapse_day(facts: Facts, promise: Promise) -> date:
    """Give the day on which the last units lapsed: the period's end, or when they were promised."""
    tally = Tally(promise)
    for on, _, fact in in_order(facts):
        tally.apply(fact, on)
    return max(promise.ends_before, tally.raised_on)


def one_by_one(facts: Facts) -> Iterator[tuple[Facts, date | None]]:
    """Give the facts as if the acts had come after the promise, each in its turn, on its day."""
    acts = [fact for _, _, fact in in_order(facts) if isinstance(fact, Act)]
    yield replace(facts, acts=()), None
    for known, act in enumerate(acts, 1):
        yield replace(facts, acts=acts[:known]), act.on


def total(several: Iterable[Figures]) -> Figures:
    """Add up many figures, unit by unit."""
    return Figures(*map(sum, zip(*map(units, several), strict=True)))


# The states of a member, from last to first, each with the fact that leads there.
STATES = ("withdrawn", "lapsed", "member", "rejected", "approved", "in_vetting", "applied")


@dataclass(frozen=True, slots=True)
class Milestones:
    """The days on which a membership reached each state; None: not, as far as we have heard."""

    applied: date | None = None
    in_vetting: date | None = None
    approved: date | None = None
    rejected: date | None = None
    member: date | None = None
    withdrawn: date | None = None
    lapsed: date | None = None


def state(days: Milestones, on: date) -> str | None:
    """Give the furthest state reached by a day; None before the first."""
    for name in STATES:
        reached: date | None = getattr(days, name)
        if reached and reached <= on:
            return name
    return None


STAFF = frozenset({"coordinator"})
EMPLOYERS = frozenset({"signatory", "contact_person"})


def may_read(role: str, organisation: UUID | None, own: UUID | None) -> bool:
    """Tell who may read what came of a member's promises: staff, and whoever acts for the member.

    `organisation` is the caller's, `own` the member's, None until we have heard it. Who calls for
    an organisation is no staff, whatever the role says.
    """
    if organisation is None:
        return role in STAFF
    return role in EMPLOYERS and organisation == own
