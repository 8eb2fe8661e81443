"""Reports: the figures of many commitments put side by side. Pure, folded from facts alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from followup.rules.facts import Facts, Promise
from followup.rules.ledger import Figures, course, total
from followup.rules.masking import Persons, Placements
from followup.rules.member import SECTORS, STATES, UNKNOWN, Milestones, state

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Membership:
    """What a report knows of a membership."""

    id: UUID
    sector: str
    size: str
    milestones: Milestones


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a report knows of a commitment; the sector is its member's."""

    id: UUID
    sector: str
    promise: Promise
    facts: Facts


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
    figures: Figures


@dataclass(frozen=True, slots=True)
class Moment:
    """How things stood at the end of a day."""

    day: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class CommitmentFigures:
    """One promise and what came of it."""

    id: UUID
    offer: str
    starts_on: date
    ends_before: date
    figures: Figures

    @property
    def code(self) -> str:
        return self.offer


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """What came of a network's promises. Counts only, people masked: it is open to everybody."""

    network: str
    day: date
    members: Sequence[MemberCount]
    total: Figures
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
    total: Figures
    commitments: Sequence[CommitmentFigures]
    months: Sequence[Moment]
    people_as_of: date
    placements: Placements


def network_report(
    network: str,
    members: Sequence[Membership],
    commitments: Sequence[Commitment],
    people: tuple[date, Placements, Persons],
    today: date,
    asked: date | None = None,
) -> NetworkReport:
    """Report on a network as of the day asked for, or as told until now."""
    folded = fold(commitments, today, asked)
    return NetworkReport(
        network=network,
        day=folded.day,
        members=counted(members, folded.day),
        total=folded.total,
        by_offer=grouped(folded.each, lambda one: one.promise.offer),
        by_sector=grouped(folded.each, lambda one: one.sector, SECTORS),
        months=folded.months,
        people_as_of=people[0],
        placements=people[1],
        persons=people[2],
    )


def member_report(
    network: str,
    member: Membership,
    commitments: Sequence[Commitment],
    people: tuple[date, Placements],
    today: date,
    asked: date | None = None,
) -> MemberReport:
    """Report on one member as of the day asked for, or as told until now."""
    folded = fold(commitments, today, asked)
    return MemberReport(
        network=network,
        membership_id=member.id,
        sector=member.sector,
        size=member.size,
        state=state(member.milestones, folded.day) or UNKNOWN,
        day=folded.day,
        total=folded.total,
        commitments=[line(one, found) for one, found in folded.each],
        months=folded.months,
        people_as_of=people[0],
        placements=people[1],
    )


Each = Sequence[tuple[Commitment, Figures]]


@dataclass(frozen=True, slots=True)
class Folded:
    """Commitments as of a day: each that had been made, all in total, and through the year."""

    day: date
    each: Each
    total: Figures
    months: Sequence[Moment]


def fold(commitments: Sequence[Commitment], today: date, asked: date | None) -> Folded:
    """Fold each commitment once: as of the ends of the months before the day, and of the day."""
    day = asked or today
    ends = month_ends(day, MONTHS - 1)
    courses = [course(one.facts, [*ends, asked]) for one in commitments]
    *sums, now = (total(month) for month in columns(courses, MONTHS))
    folded = ((one, found[-1]) for one, found in zip(commitments, courses, strict=True))
    return Folded(
        day=day,
        each=[(one, found) for one, found in folded if found != Figures()],
        total=now,
        months=[*map(Moment, ends, sums), Moment(day, now)],
    )


def columns(rows: Sequence[Sequence[Figures]], width: int) -> Iterable[Iterable[Figures]]:
    """Turn rows into columns, also where there are no rows."""
    return ([row[n] for row in rows] for n in range(width))


def counted(members: Iterable[Membership], day: date) -> Sequence[MemberCount]:
    """Count memberships by state and sector; all three sectors are always named."""
    found = Counter((state(one.milestones, day), one.sector) for one in members)
    sectors = codes(SECTORS, (sector for name, sector in found if name))
    counts = [(name, {sector: found[name, sector] for sector in sectors}) for name in STATES]
    return [MemberCount(name, by, sum(by.values())) for name, by in counts if any(by.values())]


def grouped(
    folded: Each, code_of: Callable[[Commitment], str], always: Sequence[str] = ()
) -> Sequence[Group]:
    """Add up what has a code in common; the codes in `always` come first, even with nothing."""
    parts: dict[str, list[Figures]] = {
        code: [] for code in codes(always, (code_of(one) for one, _ in folded))
    }
    for one, found in folded:
        parts[code_of(one)].append(found)
    return [Group(code, len(several), total(several)) for code, several in parts.items()]


def codes(always: Sequence[str], found: Iterable[str]) -> Sequence[str]:
    return [*always, *sorted(set(found) - set(always))]


def month_ends(day: date, months: int) -> Sequence[date]:
    """Give the last days of the months before the one of the day, oldest first."""
    ends: list[date] = []
    while len(ends) < months:
        day = day.replace(day=1) - timedelta(days=1)
        ends.insert(0, day)
    return ends


def line(commitment: Commitment, found: Figures) -> CommitmentFigures:
    promise = commitment.promise
    period = (promise.starts_on, promise.ends_before)
    return CommitmentFigures(commitment.id, promise.offer, *period, found)
