"""What can be asked of match runs: by the caseworkers of its unit, of those visible today."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from matching.models import Candidate, MatchRun, Ranked
from matching.rules.run import may_run
from shared.access import Caller
from shared.database import Tx
from shared.machines import NotFound


async def run(tx: Tx, caller: Caller, network: str, run_id: UUID) -> MatchRun:
    """Give a run; NotFound if it isn't one of the caller's unit."""
    found = await tx.get(MatchRun, run_id)
    if found is None or (found.network, found.unit) != (network, caller.unit):
        raise NotFound
    if not may_run(caller.role, caller.organisation, caller.unit):
        raise NotFound
    return found


async def places_of(tx: Tx, run: MatchRun, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Give the places that somebody was ranked for, by id."""
    here = select(Ranked.place_id).where(Ranked.run_id == run.id).distinct()
    if after:
        here = here.where(col(Ranked.place_id) > after)
    return (await tx.exec(here.order_by(col(Ranked.place_id)).limit(limit))).all()


async def ranked(tx: Tx, run: MatchRun, places: Sequence[UUID]) -> Sequence[Ranked]:
    """Give the ranks at these places, but not of those who are hidden, or elsewhere, by now."""
    still = select(Candidate.id).where(
        col(Candidate.visible), Candidate.network == run.network, Candidate.unit == run.unit
    )
    here = select(Ranked).where(
        Ranked.run_id == run.id,
        col(Ranked.place_id).in_(places),
        col(Ranked.candidate_ref).in_(still),
    )
    return (await tx.exec(here.order_by(col(Ranked.place_id), col(Ranked.rank)))).all()
