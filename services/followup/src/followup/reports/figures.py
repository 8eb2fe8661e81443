"""What a report says: counts of members, units by group and month, and what is seen of people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from followup.rules.closing import Counted, kept
from followup.rules.facts import Promise
from followup.rules.ledger import Figures, total
from followup.rules.masking import Persons, Placements


@dataclass(frozen=True, slots=True)
class Units:
    """Units as they are shown; without a number where it would tell of people.

    All but the coordinator see of places what was promised, and what was kept by five or more.
    """

    promised: int
    remaining: int | None = None
    open: int | None = None
    kept: int | None = None
    lapsed: int | None = None
    released: int | None = None
    extra: int | None = None


Parts = Iterable[tuple[Promise, Figures]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees of people, as of a day.

    `counted` is what others than staff see, kind by kind; None: every unit as it is.
    """

    as_of: date
    placements: Placements
    persons: Persons | None = None
    counted: Sequence[Counted] | None = None

    def units(self, parts: Parts, by: date, of: str | None = "") -> Units:
        """Add up units by a day; `of` names the offer or promise they are of, if it is only one.

        Who is counted for everybody has no sector: with `of` None nothing is said of places.
        """
        if self.counted is None:
            return Units(**asdict(total(found for _, found in parts)))
        parts = list(parts)
        activities = total(found for promise, found in parts if promise.kept_by != "placement")
        places = total(found for promise, found in parts if promise.kept_by == "placement")
        if places == Figures():
            return Units(**asdict(activities))
        promised = activities.promised + places.promised
        if of is None:
            return Units(promised)
        return Units(promised, kept=activities.kept + kept(self.counted, by, of) or None)


@dataclass(frozen=True, slots=True)
class MemberCount:
    """How many memberships of each sector have come to a state."""

    state: str
    by_sector: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class Group:
    """The commitments that have a code in common, an offer or a sector."""

    code: str
    commitments: int
    figures: Units


@dataclass(frozen=True, slots=True)
class Moment:
    """How things stood at the end of a day."""

    day: date
    figures: Units


@dataclass(frozen=True, slots=True)
class CommitmentFigures:
    """One promise and what came of it, as of a day; None is what has been told until now."""

    id: UUID
    offer: str
    starts_on: date
    ends_before: date
    figures: Units

    @property
    def code(self) -> str:
        return self.offer


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """What came of a network's promises. Counts only, people masked: it is open to everybody."""

    network: str
    day: date
    since: date | None  # the month of the first promise
    members: Sequence[MemberCount]
    total: Units
    by_offer: Sequence[Group]
    by_sector: Sequence[Group]
    months: Sequence[Moment]
    people_as_of: date
    placements: Placements
    persons: Persons


@dataclass(frozen=True, slots=True)
class MemberReport:
    """What came of one member's promises."""

    network: str
    membership_id: UUID
    sector: str
    size: str
    state: str
    day: date
    since: date | None  # the month of the first promise
    total: Units
    commitments: Sequence[CommitmentFigures]
    months: Sequence[Moment]
    people_as_of: date
    placements: Placements
