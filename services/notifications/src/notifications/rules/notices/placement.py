"""Who is told what by `placement.v1`: the caseworker what is to be done, the employer what was."""

from jobbpakten_events import placement
from notifications.rules.notices.rule import message, task
from notifications.rules.subjects import happened

READY, STARTED = happened(placement.PlacementReady), happened(placement.PlacementStarted)
COMPLETED, PARTLY = (
    happened(placement.PlacementCompleted),
    happened(placement.PlacementPartlyCompleted),
)
NO_SHOW, INTERRUPTED = happened(placement.PlacementNoShow), happened(placement.PlacementInterrupted)
ENDED = {COMPLETED, PARTLY, NO_SHOW, INTERRUPTED}

RULES = (
    task(
        happened(placement.PlacementPlanned),
        "prepare_placement",
        "caseworker",
        done={READY, STARTED},
        void=ENDED,
    ),
    task(READY, "placement_ready", "caseworker", done={STARTED}, void=ENDED),
    message(STARTED, "placement_started", "contact_person"),
    message(COMPLETED, "placement_ended", "contact_person"),
    message(PARTLY, "placement_ended", "contact_person"),
    message(INTERRUPTED, "placement_interrupted", "contact_person"),
    message(NO_SHOW, "placement_not_begun", "contact_person"),
)
