"""What followup stores: every event as it came, and the facts that it reads out of them."""

from followup.models.commitments import Commitment, CommitmentTerm, HeldAct
from followup.models.counts import ClosedMonth, CountedPlacement
from followup.models.events import HeardEvent
from followup.models.members import Member, Suspension
from followup.models.notices import HeardNotice
from followup.models.places import AcceptedMatch, HeardPlacement, OpenedPlace
from followup.models.tables import Table

__all__ = [
    "AcceptedMatch",
    "ClosedMonth",
    "Commitment",
    "CommitmentTerm",
    "CountedPlacement",
    "HeardEvent",
    "HeardNotice",
    "HeardPlacement",
    "HeldAct",
    "Member",
    "OpenedPlace",
    "Suspension",
    "Table",
]
