"""What can be asked of match runs: by the unit's caseworkers, of those who can be proposed."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from matching.models import Candidate, MatchRun, Ranked
from matching.profiles import Profile, profile_of
from matching.queries.candidate import is_fresh
from matching.rules.access import has_cases
from shared.database import Tx
from shared.http.acts import Act
from shared.http.paging import Page
from shared.machines import NotFound
from shared.time import clock


async def run(act: Act[Profile], run_id: UUID) -> MatchRun:
    """Give a run; NotFound if it isn't one of the caller's unit."""
    found = await act.tx.get(MatchRun, run_id)
    if found is None or (found.network, found.unit) != (act.network, act.caller.unit):
        raise NotFound
    if not has_cases(act.caller):
        raise NotFound
    return found


async def places_of(tx: Tx, run: MatchRun, asked: Page) -> Sequence[UUID]:
    """Give the places that somebody was ranked for, by id."""
    here = select(Ranked.place_id).where(Ranked.run_id == run.id).distinct()
    return await asked.read(tx, here, col(Ranked.place_id))


async def ranked(tx: Tx, run: MatchRun, places: Sequence[UUID]) -> Sequence[Ranked]:
    """Give the ranks at these places, but not of those who can't be proposed any more."""
    here = (
        select(Ranked, Candidate)
        .join(Candidate, col(Candidate.id) == col(Ranked.candidate_ref))
        .where(
            Ranked.run_id == run.id,
            col(Ranked.place_id).in_(places),
            Candidate.unit == run.unit,
            Candidate.state == "visible",
            col(Candidate.visible),
        )
    )
    found = await tx.exec(here.order_by(col(Ranked.place_id), col(Ranked.rank)))
    today, rules_key = await clock.today(tx), profile_of(tx, run.network).rules_key
    return [one for one, candidate in found.all() if is_fresh(candidate, rules_key, today)]
