"""Find the periods that have ended, and tell what lapsed with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import col, select

from followup.commands.commitment import tell_figures
from followup.models import Commitment
from followup.queries import facts as known
from followup.rules.facts import Facts
from followup.rules.ledger import figures, lapse_day
from shared.causes import because, current
from shared.database import Tx

BATCH = 500


async def lapse(tx: Tx, today: date) -> int:
    """Find each period that has ended; tell what lapsed, as of the day on which it did."""
    found = 0
    while ended := await ended_unseen(tx, today):
        for commitment in ended:
            commitment.lapse_found_on = today
        facts = await known.facts_of(tx, ended)
        for commitment in ended:
            await tell_lapse(tx, commitment, facts[commitment.id])
        await tx.flush()
        found += len(ended)
    return found


async def ended_unseen(tx: Tx, today: date) -> Sequence[Commitment]:
    """Lock the next commitments, by id, whose period is over and whose lapse nobody has found."""
    found = await tx.exec(
        select(Commitment)
        .where(col(Commitment.ends_before) <= today, col(Commitment.lapse_found_on).is_(None))
        .order_by(col(Commitment.id))
        .limit(BATCH)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def tell_lapse(tx: Tx, commitment: Commitment, facts: Facts) -> None:
    """Tell it as followup's own act: no caller and no event stands behind it."""
    if facts.promise:
        cause = replace(current.get(), actor_id="followup", network=commitment.network)
        with because(cause):
            on = lapse_day(facts, facts.promise)
            await tell_figures(tx, commitment, facts, figures(facts), on)
