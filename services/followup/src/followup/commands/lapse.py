"""Find the periods that have ended, and tell what lapsed with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID

from sqlmodel import col, select

from followup.commands.commitment import tell_figures
from followup.models import Commitment
from followup.queries import facts as known
from followup.rules.ledger import figures, lapse_day
from shared.database import Tx
from shared.messaging.causation import because, current
from shared.savepoints import each_by_itself, taken

BATCH = 500
NIL = UUID(int=0)


async def lapse(tx: Tx, today: date) -> int:
    """Find each period that has ended; tell what lapsed, as of the day on which it did."""
    found, last = 0, NIL
    while ended := await lock_ended_unseen(tx, today, last):
        found += await each_by_itself(tx, "commitments", ended, partial(lapse_one, tx, today=today))
        last = ended[-1][0]  # one that fails comes again with the next round, not with this
    return found


async def lock_ended_unseen(tx: Tx, today: date, after: UUID) -> Sequence[tuple[UUID, str]]:
    """Lock the next commitments, by id, whose period is over and whose lapse nobody has found."""
    here = select(Commitment.id, Commitment.network).where(
        col(Commitment.ends_before) <= today,
        col(Commitment.lapse_found_on).is_(None),
        col(Commitment.id) > after,
    )
    return await taken(tx, here.order_by(col(Commitment.id)).limit(BATCH))


async def lapse_one(tx: Tx, commitment_id: UUID, today: date) -> None:
    """Find one lapse, and tell it as followup's own act: no caller and no event stands behind."""
    commitment = await tx.get_one(Commitment, commitment_id, populate_existing=True)
    commitment.lapse_found_on = today
    facts = (await known.facts_of(tx, [commitment]))[commitment_id]
    if facts.promise:
        with because(replace(current.get(), actor_id="followup")):
            on = lapse_day(facts, facts.promise)
            await tell_figures(tx, commitment, facts, figures(facts), on)
