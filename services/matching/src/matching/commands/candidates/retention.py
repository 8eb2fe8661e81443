"""Forgetting: a case goes for good, with all that refers to it, when its person left long ago."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, delete, exists, select

from matching.models import (
    Candidate,
    Consent,
    Fact,
    Identity,
    Match,
    Placement,
    Ranked,
    UnconfirmedConsent,
)
from matching.models.people import GONE
from matching.rules.placement import PLACEMENT
from matching.settings import Settings
from shared.database import Tx
from shared.savepoints import drawn, each_by_itself, still

ROUND = 50  # that the clock forgets in one transaction; the next round takes the next


async def forget_cases(tx: Tx, today: date) -> int:
    """Forget the cases of those who left longer ago than the settings keep them; give how many."""
    gone = await lock_gone(tx, today - timedelta(days=tx.own(Settings).cases_kept_days))
    return await each_by_itself(tx, "candidates", gone, partial(forget, tx))


async def lock_gone(tx: Tx, before: date) -> Sequence[tuple[UUID, str]]:
    """Lock a round of those who left before a day, drawn by chance.

    Not where a placement is under way, or its end was never recorded: somebody has to do that yet.
    """
    unended = [state.name for state in PLACEMENT.states.values() if not state.terminal]
    at_work = exists().where(
        col(Placement.candidate_ref) == col(Candidate.id), col(Placement.state).in_(unended)
    )
    left = (col(Candidate.since) < before) & text(GONE) & ~at_work
    left &= col(Candidate.network).in_(tx.networks)
    ids = await drawn(tx, select(Candidate.id).where(left), ROUND)
    return await still(tx, Candidate, ids, left)


async def forget(tx: Tx, ref: UUID) -> None:
    """Forget one, and first what refers to her; her used slots stay used, by nobody's match."""
    hers = select(Match.id).where(Match.candidate_ref == ref)
    unconfirmed = col(UnconfirmedConsent.match_id).in_(hers)
    await tx.exec(delete(UnconfirmedConsent).where(unconfirmed))
    for table in (Consent, Placement, Match, Ranked, Fact):
        await tx.exec(delete(table).where(col(table.candidate_ref) == ref))
    await tx.exec(delete(Candidate).where(col(Candidate.id) == ref))
    await tx.exec(delete(Identity).where(col(Identity.candidate_ref) == ref))
