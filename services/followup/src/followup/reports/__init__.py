"""Reports: the figures of many commitments put side by side. Pure, folded from facts alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from followup.reports.figures import (
    CommitmentFigures,
    Group,
    MemberCount,
    MemberReport,
    Moment,
    NetworkReport,
    Seen,
    Units,
)
from followup.rules.facts import Facts, Promise
from followup.rules.ledger import Figures, course
from followup.rules.masking import NOBODY
from followup.rules.member import SECTORS, STATES, UNKNOWN, Milestones, state

__all__ = [
    "CommitmentFigures",
    "Group",
    "MemberCount",
    "MemberReport",
    "Moment",
    "NetworkReport",
    "Seen",
    "Units",
]
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


def network_report(
    network: str,
    members: Sequence[Membership],
    commitments: Sequence[Commitment],
    seen: Seen,
    asked: date | None = None,
) -> NetworkReport:
    """Report on a network as of the day asked for, or as told until now."""
    folded = fold(commitments, seen, asked)
    return NetworkReport(
        network=network,
        day=seen.as_of,
        since=folded.since,
        members=counted(members, seen.as_of),
        total=folded.months[-1].figures,
        by_offer=grouped(folded.each, seen, lambda one: one.promise.offer, one_offer=True),
        by_sector=grouped(folded.each, seen, lambda one: one.sector, SECTORS),
        months=folded.months,
        people_as_of=seen.as_of,
        placements=seen.placements,
        persons=seen.persons or NOBODY,
    )


def member_report(
    network: str,
    member: Membership,
    commitments: Sequence[Commitment],
    seen: Seen,
    asked: date | None = None,
) -> MemberReport:
    """Report on one member as of the day asked for, or as told until now."""
    folded = fold(commitments, seen, asked)
    return MemberReport(
        network=network,
        membership_id=member.id,
        sector=member.sector,
        size=member.size,
        state=state(member.milestones, seen.as_of) or UNKNOWN,
        day=seen.as_of,
        since=folded.since,
        total=folded.months[-1].figures,
        commitments=[line(one, found, seen) for one, found in folded.each],
        months=folded.months,
        people_as_of=seen.as_of,
        placements=seen.placements,
    )


Each = Sequence[tuple[Commitment, Figures]]


@dataclass(frozen=True, slots=True)
class Folded:
    """Commitments as of a day: each that had been made, and all of them through the year."""

    each: Each
    months: Sequence[Moment]

    @property
    def since(self) -> date | None:
        """The first day of the month in which the first of them was made."""
        made = [term.on for one, _ in self.each for term in one.facts.revisions]
        return min(made).replace(day=1) if made else None


def fold(commitments: Sequence[Commitment], seen: Seen, asked: date | None) -> Folded:
    """Fold each commitment once: as of the ends of the months before the day, and of the day."""
    ends = month_ends(seen.as_of, MONTHS - 1)
    courses = [course(one.facts, [*ends, asked]) for one in commitments]
    promises = [one.promise for one in commitments]
    months = []
    for at, day in enumerate([*ends, seen.as_of]):
        parts = zip(promises, (found[at] for found in courses), strict=True)
        months.append(Moment(day, seen.units(parts, day)))
    folded = ((one, found[-1]) for one, found in zip(commitments, courses, strict=True))
    return Folded([(one, found) for one, found in folded if found != Figures()], months)


def counted(members: Iterable[Membership], day: date) -> Sequence[MemberCount]:
    """Count memberships by state and sector; all three sectors are always named."""
    found = Counter((state(one.milestones, day), one.sector) for one in members)
    sectors = codes(SECTORS, (sector for name, sector in found if name))
    counts = [(name, {sector: found[name, sector] for sector in sectors}) for name in STATES]
    return [MemberCount(name, by, sum(by.values())) for name, by in counts if any(by.values())]


def grouped(
    folded: Each,
    seen: Seen,
    code_of: Callable[[Commitment], str],
    always: Sequence[str] = (),
    *,
    one_offer: bool = False,
) -> Sequence[Group]:
    """Add up what has a code in common; the codes in `always` come first, even with nothing."""
    parts: dict[str, list[tuple[Promise, Figures]]] = {
        code: [] for code in codes(always, (code_of(one) for one, _ in folded))
    }
    for one, found in folded:
        parts[code_of(one)].append((one.promise, found))
    return [
        Group(code, len(several), seen.units(several, seen.as_of, code if one_offer else None))
        for code, several in parts.items()
    ]


def codes(always: Sequence[str], found: Iterable[str]) -> Sequence[str]:
    return [*always, *sorted(set(found) - set(always))]


def month_ends(day: date, months: int) -> Sequence[date]:
    """Give the last days of the months before the one of the day, oldest first."""
    ends: list[date] = []
    while len(ends) < months:
        day = day.replace(day=1) - timedelta(days=1)
        ends.insert(0, day)
    return ends


def line(commitment: Commitment, found: Figures, seen: Seen) -> CommitmentFigures:
    promise = commitment.promise
    period = (promise.starts_on, promise.ends_before)
    units = seen.units([(promise, found)], seen.as_of, str(commitment.id))
    return CommitmentFigures(commitment.id, promise.offer, *period, units)
