"""What follows when a candidate is hidden, lives protected or leaves: her matches and consents end.

Who acts on a candidate locks her row here and finds her as she is today: time alone may have hidden
her since she was looked at last.
"""

from collections.abc import Collection, Iterable
from datetime import date
from functools import partial
from uuid import UUID

from sqlmodel import col, select

from matching.commands.candidates import recipients, visibility
from matching.commands.locks import HeldMatch, lock_candidate, lock_match
from matching.commands.matches.transitions import (
    catch_up,
    end_consents_of,
    withdraw_of_candidate,
)
from matching.identities.facts import note_ground, read_ahead
from matching.models import Candidate, Match
from matching.profiles import Profile, profile_of
from matching.queries import candidate as queries
from matching.queries import place as places
from matching.rules.access import has_case
from matching.rules.candidate import CANDIDATE, ENDS
from shared.any_of import among
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import NotFound, advance
from shared.savepoints import all_at_once, by_itself
from shared.time import clock


async def recompute(tx: Tx, candidate: Candidate, on: date, *, first: bool = False) -> bool:
    """Return whether a candidate may be seen, computed anew; the caller holds her row.

    Whoever is hidden loses her open matches; whoever lives protected or has left, all that she
    consented to: nobody is shown her again by it, whatever is found later.
    """
    found = await visibility.compute(tx, candidate, on, first=first)
    if found.was_hidden:
        await withdraw_of_candidate(tx, candidate.id, "hidden", on)
    if found.ends_consents:
        await end_consents_of(tx, candidate.id, "hidden", on)
    await recipients.name(tx, candidate, found.known, await clock.today(tx))
    return candidate.visible


async def refresh(tx: Tx, candidate: Candidate) -> None:
    """Catch up with time and rules, if they have passed by what was computed last."""
    profile, today = profile_of(tx, candidate.network), await clock.today(tx)
    if candidate.state in ENDS or queries.is_fresh(candidate, profile.rules_key, today):
        return
    if candidate.state == "parked" and candidate.deadline and candidate.deadline < today:
        advance(candidate, CANDIDATE, "return", "system", today, limits=profile)
        await note_ground(tx, candidate.id, None)
    await recompute(tx, candidate, today)


async def enter(tx: Tx, candidate: Candidate, by: str, on: date) -> None:
    """Let matches and placements move her; free again, she is seen or hidden by what is known."""
    profile = profile_of(tx, candidate.network)
    day = on if by == "match" else max(on, candidate.since)
    advance(candidate, CANDIDATE, by, "system", day, limits=profile)
    if by in {"unmatch", "return"}:
        await recompute(tx, candidate, day)


async def lock_current_candidate(tx: Tx, ref: UUID) -> Candidate:
    """Return a candidate as she is today, whoever asks; NotFound where there is none."""
    candidate = await lock_candidate(tx, ref)
    if candidate is None:
        raise NotFound
    await refresh(tx, candidate)
    return candidate


async def lock_candidate_for(act: Act[Profile], ref: UUID) -> Candidate:
    """Return a candidate of the caller's unit as she is today; NotFound if she is another's."""
    candidate = await lock_candidate(act.tx, ref)
    if candidate is None or candidate.network != act.network:
        raise NotFound
    if not has_case(act.caller, candidate.unit):
        raise NotFound
    await refresh(act.tx, candidate)
    return candidate


async def lock_match_of(
    tx: Tx, read: Match, candidate: Candidate, others: Iterable[UUID] = ()
) -> HeldMatch:
    """Return a match with what it joins; one that is void has ended before anybody acts on it."""
    held = await lock_match(tx, read, candidate, others)
    await catch_up(tx, held.match, held.place)
    return held


async def lock_current_match(tx: Tx, read: Match, others: Iterable[UUID] = ()) -> HeldMatch:
    """Return all that an act on a match needs, the match read again, its candidate of today."""
    candidate = await lock_current_candidate(tx, read.candidate_ref)
    return await lock_match_of(tx, read, candidate, others)


async def lock_match_to_end(tx: Tx, read: Match) -> HeldMatch:
    """Return what an end needs, also of whom nobody can open: an end shows nobody anything."""
    candidate = await lock_candidate(tx, read.candidate_ref)
    if candidate is None:
        raise NotFound
    look_again = partial(refresh, tx, candidate)
    await by_itself(tx, "candidates", candidate.id, candidate.network, look_again)
    return await lock_match_of(tx, read, candidate)


async def due(tx: Tx, today: date) -> int:
    """Look again at whom time or new rules may have changed; give how many."""
    late: list[tuple[UUID, str]] = []
    for network in sorted(tx.networks):
        rules_key = profile_of(tx, network).rules_key
        late += await queries.lock_late(tx, network, rules_key, today)
    # The places of all their matches at once, in order: after people, before matches.
    at = await queries.places_of(tx, [ref for ref, _ in late])
    free = await places.lock_free(tx, {place_id for _, place_id in at})
    waits = {ref for ref, place_id in at if place_id not in free}
    late = [one for one in late if one[0] not in waits]
    together = await read_together(tx, [ref for ref, _ in late])
    return await all_at_once(tx, "candidates", late, partial(refresh_one, tx, together))


async def read_together(tx: Tx, refs: Collection[UUID]) -> dict[UUID, Candidate]:
    """Read all of a round at once; none where one can't be read: then each is read by herself."""
    here = select(Candidate).where(among(col(Candidate.id), refs))
    with tx.undone.thing("unreadable_candidates", "together"):
        async with tx.begin_nested():
            found = await tx.exec(here.execution_options(populate_existing=True))
            together = {one.id: one for one in found}
            await read_ahead(tx, refs)
            return together
    return {}


async def refresh_one(tx: Tx, together: dict[UUID, Candidate], ref: UUID) -> None:
    """Refresh one of a round; tried again, she is read anew."""
    candidate = together.pop(ref, None)
    if candidate is None:
        candidate = await tx.get_one(Candidate, ref, populate_existing=True)
    await refresh(tx, candidate)
