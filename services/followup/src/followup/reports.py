"""Reports: the figures of many commitments put side by side. Pure, folded from facts alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from followup.rules import (
    SECTORS,
    STATES,
    UNKNOWN,
    Facts,
    Figures,
    Milestones,
    figures,
    kept_rule,
    state,
    total,
)

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
class Line:
    """One commitment in a member's report."""

    id: UUID
    offer: str
    starts_on: date
    ends_before: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """What came of a network's promises. Counts only: it is open to everybody."""

    network: str
    day: date
    kept_rule: int
    members: Sequence[MemberCount]
    total: Figures
    by_offer: Sequence[Group]
    by_sector: Sequence[Group]
    months: Sequence[Moment]


@dataclass(frozen=True, slots=True)
class MemberReport:
    """What came of one member's promises."""

    network: str
    membership_id: UUID
    sector: str
    size: str
    state: str
    day: date
    kept_rule: int
    total: Figures
    commitments: Sequence[Line]
    months: Sequence[Moment]
