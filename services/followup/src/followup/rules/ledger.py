"""The ledger of a commitment: a fold over its facts, in units."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from uuid import UUID

from followup.rules.facts import Activity, Facts, Promise, Revision
from followup.rules.timeline import Fact, Move, in_order


@dataclass(frozen=True, slots=True)
class Figures:
    """A commitment in units: promised = remaining + open + kept + lapsed + released."""

    promised: int = 0
    remaining: int = 0
    open: int = 0
    kept: int = 0
    lapsed: int = 0
    released: int = 0
    extra: int = 0  # outside the equation


units = attrgetter(*Figures.__slots__)


@dataclass(slots=True)
class Room:
    """One place: its slots while it is open, those used up, and who is there."""

    slots: int = 0
    used: int = 0
    busy: int = 0

    @property
    def engaged(self) -> int:
        """Give how many units it holds open: free slots and running placements."""
        return max(self.slots - self.used, self.busy)


@dataclass(slots=True)
class Tally:
    """The fold under way. What of `left` is open, and whether the rest has lapsed, is derived."""

    promise: Promise
    promised: int = 0
    left: int = 0
    kept: int = 0
    released: int = 0
    extra: int = 0
    rooms: dict[UUID, Room] = field(default_factory=lambda: defaultdict(Room))
    engaged: int = 0
    begun: int = 0
    let_go: bool = False  # released, and nothing more promised since
    keepers: set[UUID | None] = field(default_factory=set)  # the placements that kept a unit

    def apply(self, fact: Fact, on: date) -> None:
        self.sweep(on)
        if isinstance(fact, Move):
            self.move(fact)
        elif isinstance(fact, Activity):
            self.give(keeps=keeps(fact, self.promise))
        elif fact.act == "released":
            self.let_go |= on < self.promise.ends_before
        else:
            self.aim(fact, on)
        self.sweep(on)

    def aim(self, revision: Revision, on: date) -> None:
        """Leave as many units as make up the target; what is open, kept or lapsed stays so."""
        change = max(0, revision.target - self.kept) - self.left
        if change > 0:
            self.promised += change
            self.left += change
            self.let_go = False
        elif on < self.promise.ends_before:
            self.release(min(-change, self.left - self.open(ended=False)))

    def move(self, move: Move) -> None:
        room = self.rooms[move.place]
        self.engaged -= room.engaged
        room.slots += move.slots
        room.busy += move.busy
        room.used += move.given
        self.engaged += room.engaged
        self.begun += move.begun
        if move.given and self.give(keeps=move.keeps):
            self.keepers.add(move.placement)

    def give(self, *, keeps: bool) -> bool:
        """Count a unit as kept, or as extra; tell whether it was kept."""
        kept = bool(self.left) and keeps
        self.left -= kept
        self.kept += kept
        self.extra += not kept
        return kept

    def sweep(self, on: date) -> None:
        """After a release, let go of whatever has come back from open."""
        if self.let_go:
            self.release(self.left - self.open(ended=self.promise.ends_before <= on))

    def release(self, units: int) -> None:
        self.left -= units
        self.released += units

    def open(self, *, ended: bool) -> int:
        """Give the units at places; after the period's end, those whose placement had begun."""
        return min(self.begun if ended else self.engaged, self.left)

    def figures(self, *, ended: bool) -> Figures:
        is_open = self.open(ended=ended)
        rest = self.left - is_open
        released = self.released + (rest if self.let_go else 0)
        rest = 0 if self.let_go else rest
        remaining, lapsed = (0, rest) if ended else (rest, 0)
        return Figures(self.promised, remaining, is_open, self.kept, lapsed, released, self.extra)


def keeps(activity: Activity, promise: Promise) -> bool:
    """Tell whether an act keeps a unit: activities do, of the promised kind, in the period."""
    return promise.is_kept_by("activity", activity.offer) and promise.holds(activity.on)


def figures(facts: Facts, day: date | None = None) -> Figures:
    """Fold the facts into units: as told until now, or as they stood at the end of a day."""
    return course(facts, [day])[0]


def course(facts: Facts, days: Sequence[date | None]) -> Sequence[Figures]:
    """Give the figures at the end of each of several rising days, in one fold; None is now.

    Now, what is left has lapsed when the clock has found it; on a day, when the period had ended.
    """
    promise = facts.promise
    if promise is None:
        return [Figures()] * len(days)
    tally, coming, found = Tally(promise), deque(in_order(facts, promise)), []
    for day in days:
        while coming and (day is None or coming[0][0] <= day):
            on, _, fact = coming.popleft()
            tally.apply(fact, on)
        found.append(tally.figures(ended=has_ended(facts, promise, day)))
    return found


def keepers(facts: Facts) -> frozenset[UUID | None]:
    """Give the placements that kept a unit, as far as we have heard."""
    if facts.promise is None:
        return frozenset()
    tally = Tally(facts.promise)
    for on, _, fact in in_order(facts, facts.promise):
        tally.apply(fact, on)
    return frozenset(tally.keepers)


def has_ended(facts: Facts, promise: Promise, day: date | None) -> bool:
    return facts.lapse_found_on is not None if day is None else promise.ends_before <= day


def lapse_day(facts: Facts, promise: Promise) -> date:
    """Give the day on which the last units lapsed: the period's end, or what came after it.

    That is a raise, or the end of a placement that kept nothing.
    """
    end = promise.ends_before
    days = sorted({end, *(on for on, _, _ in in_order(facts, promise) if on > end)})
    last, before = end, 0
    for day, then in zip(days, course(facts, days), strict=True):
        if then.lapsed > before:
            last = day
        before = then.lapsed
    return last


def one_by_one(facts: Facts) -> Iterator[tuple[Figures, date | None]]:
    """Give the figures as if all else had come after the promise, each in its turn, on its day."""
    if facts.promise is None:
        return
    tally, made = Tally(facts.promise), False
    ended = facts.lapse_found_on is not None
    for on, _, fact in in_order(facts, facts.promise):
        tally.apply(fact, on)
        if made or isinstance(fact, Revision):
            yield tally.figures(ended=ended), fact.on if made else None
        made = made or isinstance(fact, Revision)


def total(several: Iterable[Figures]) -> Figures:
    """Add up many figures, unit by unit."""
    return Figures(*map(sum, zip(*map(units, several), strict=True)))
