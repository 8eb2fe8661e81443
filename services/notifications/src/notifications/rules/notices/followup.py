"""Who is told what by `followup.v1`: that a promise wasn't kept in time."""

from jobbpakten_events.followup import CommitmentLapsed
from notifications.rules.notices.rule import message
from notifications.rules.subjects import happened

LAPSED = happened(CommitmentLapsed)
RULES = (
    message(LAPSED, "commitment_lapsed", "coordinator"),
    message(LAPSED, "commitment_lapsed", "contact_person"),
)
