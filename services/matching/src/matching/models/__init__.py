"""What matching stores: one file for each part of its work."""

from matching.models.copies import Member, Promise
from matching.models.matches import (
    Consent,
    Match,
    MatchRun,
    Placement,
    Ranked,
    UnconfirmedConsent,
)
from matching.models.people import Candidate, Fact, Identity
from matching.models.places import Place, Slot
from matching.models.tables import Table

__all__ = [
    "Candidate",
    "Consent",
    "Fact",
    "Identity",
    "Match",
    "MatchRun",
    "Member",
    "Place",
    "Placement",
    "Promise",
    "Ranked",
    "Slot",
    "Table",
    "UnconfirmedConsent",
]
