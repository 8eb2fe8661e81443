"""Telling anew what is so, after a restore: the figures of a commitment, as they are here.

What followup heard after the dump it hears again from the topics, and tells what comes of it then.
"""

from uuid import UUID

from followup.models import Commitment
from jobbpakten_events.followup import CommitmentProgressed
from shared.database import Tx
from shared.messaging import outbox
from shared.restoring.topics import Past


async def retell(tx: Tx, past: Past) -> str:
    """Tell how much of a promise came true, as far as it is known here."""
    commitment = await tx.get(Commitment, UUID(past.key))
    if commitment is None or commitment.told is None:
        return "heard_again"
    known = CommitmentProgressed.from_row(commitment, commitment_id=commitment.id)
    await outbox.tell(tx, known)
    return ""
