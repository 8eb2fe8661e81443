"""Find the periods that have ended, and tell what lapsed with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from followup.commands.commitment import tell_figures
from followup.models import Commitment
from followup.queries import facts as known
from followup.rules.ledger import figures, lapse_day
from shared.database import Tx
from shared.messaging.causation import because, current
from shared.messaging.gauges import counted
from shared.savepoints import drawn, each_by_itself, still

ROUND = 100  # that the clock looks at in one transaction; the next round takes the next


async def lapse(tx: Tx, today: date) -> int:
    """Find periods that have ended; tell what lapsed, as of the day on which it did."""
    ended = await lock_ended_unseen(tx, today)
    return await each_by_itself(tx, "commitments", ended, partial(lapse_one, tx, today=today))


def is_unseen(today: date) -> ColumnElement[bool]:
    """Select commitments whose period is over and whose lapse nobody has found."""
    return (col(Commitment.ends_before) <= today) & col(Commitment.lapse_found_on).is_(None)


async def lock_ended_unseen(tx: Tx, today: date) -> Sequence[tuple[UUID, str]]:
    """Lock a round of them, drawn by chance."""
    ids = await drawn(tx, select(Commitment.id).where(is_unseen(today)), ROUND)
    return await still(tx, Commitment, ids, is_unseen(today))


async def waiting(tx: Tx, today: date) -> dict[str, int]:
    """Count the periods that have ended and nobody has looked at."""
    return {"commitments": await counted(tx, select(Commitment.id).where(is_unseen(today)))}


async def lapse_one(tx: Tx, commitment_id: UUID, today: date) -> None:
    """Find one lapse, and tell it as followup's own act: no caller and no event stands behind."""
    commitment = await tx.get_one(Commitment, commitment_id, populate_existing=True)
    commitment.lapse_found_on = today
    facts = (await known.facts_of(tx, [commitment]))[commitment_id]
    if facts.promise:
        with because(replace(current.get(), actor_id="followup")):
            on = lapse_day(facts, facts.promise)
            await tell_figures(tx, commitment, facts, figures(facts), on)
