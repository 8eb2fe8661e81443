"""Events in: what followup says has come of our commitments."""

from jobbpakten_events import Envelope
from jobbpakten_events.followup import CommitmentLapsed, CommitmentProgressed
from membership.commands import commitment
from shared.database import Tx
from shared.messaging.inbox import Hears


async def on_commitment_progressed(tx: Tx, event: CommitmentProgressed, _: Envelope) -> None:
    await commitment.note_progress(tx, event)


async def on_commitment_lapsed(tx: Tx, event: CommitmentLapsed, about: Envelope) -> None:
    await commitment.note_lapse(tx, event, about.occurredat)


hears = Hears(on_commitment_progressed, on_commitment_lapsed)
