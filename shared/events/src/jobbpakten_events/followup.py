"""What followup tells the others."""

from typing import Annotated
from uuid import UUID

from jobbpakten_events import OPEN, Event, Total, says

TOPIC = "followup.v1"

CommitmentId = Annotated[UUID, says("The promise, as membership named it.")]


class CommitmentProgressed(
    Event, topic=TOPIC, kind="commitment.progressed.v1", about="commitment_id"
):
    """The ledger of a commitment moved: promised = remaining + open + kept + lapsed + released."""

    commitment_id: CommitmentId
    promised: Annotated[Total, says("All units ever promised.", OPEN)]
    remaining: Annotated[Total, says("Promised, and nothing has come of it yet.", OPEN)]
    open: Annotated[Total, says("A slot is open, reserved or in use.", OPEN)]
    kept: Annotated[Total, says("What was promised happened.", OPEN)]
    lapsed: Annotated[Total, says("The period ended first.", OPEN)]
    released: Annotated[Total, says("The parties agreed to let go.", OPEN)]
    extra: Annotated[Total, says("Kept beyond the promise; outside the equation.", OPEN)]


class CommitmentLapsed(Event, topic=TOPIC, kind="commitment.lapsed.v1", about="commitment_id"):
    """The period of a commitment ended with units that nothing came of."""

    commitment_id: CommitmentId
    units: Annotated[Total, says("How many units lapsed.", OPEN)]
