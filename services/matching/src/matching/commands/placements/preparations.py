"""Placements: prepared, then begun; each act takes the candidate's row and the place's first."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from jobbpakten_events import Event
from jobbpakten_events.placement import PlacementReady, PlacementStarted
from matching.commands.checks import (
    check_available,
    check_consented,
    check_had_consented,
    check_member,
)
from matching.commands.consequences import enter, lock_candidate_for
from matching.commands.locks import lock_places
from matching.models import Candidate, Place, Placement
from matching.profiles import Profile
from matching.queries import placement as queries
from matching.rules.access import has_cases
from matching.rules.consent import last_chance
from matching.rules.placement import PLACEMENT, check_ready, check_start
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import NotAllowed, NotFound, take
from shared.messaging import outbox


class HeldPlacement(NamedTuple):
    """A placement as it is now, with whom and where; all rows are this transaction's."""

    placement: Placement
    candidate: Candidate
    place: Place


async def lock_placement(act: Act[Profile], placement_id: UUID) -> HeldPlacement:
    """Take a placement of the caller's unit: the candidate's row, the place's, then its own."""
    read = await queries.placement(act, placement_id)
    if not has_cases(act.caller):
        raise NotFound
    candidate = await lock_candidate_for(act, read.candidate_ref)
    (place,) = await lock_places(act.tx, [read.place_id])
    await act.tx.refresh(read)
    return HeldPlacement(read, candidate, place)


async def to_prepare(act: Act[Profile], placement_id: UUID) -> Placement:
    """Take a placement that isn't ready yet."""
    placement, _, _ = await lock_placement(act, placement_id)
    take(placement, PLACEMENT, "prepare", act.caller.role, act.on)
    return placement


async def sign(act: Act[Profile], placement_id: UUID, party: str) -> Placement:
    """Record a party's signature under the placement."""
    placement = await to_prepare(act, placement_id)
    if party in placement.signed:
        raise NotAllowed("already_signed", "This party has signed.")
    placement.signed = placement.signed | {party: act.on.isoformat()}
    return placement


async def insure(act: Act[Profile], placement_id: UUID) -> Placement:
    """Record that the insurance is settled."""
    placement = await to_prepare(act, placement_id)
    placement.insured_on = act.on
    return placement


async def name_supervisor(act: Act[Profile], placement_id: UUID) -> Placement:
    """Record that the workplace has named a supervisor."""
    placement = await to_prepare(act, placement_id)
    placement.supervisor_named_on = act.on
    return placement


async def make_ready(act: Act[Profile], placement_id: UUID) -> Placement:
    """Let it begin, when nothing that it needs is missing, she isn't hidden and still consents."""
    placement, candidate, place = await lock_placement(act, placement_id)
    take(placement, PLACEMENT, "make_ready", act.caller.role, act.on)
    check_available(candidate)
    consent = await check_consented(act.tx, placement.match_id)
    check_ready(placement, place, act.on)
    limit = act.profile.deadlines.start.after(max(act.on, placement.starts_on))
    placement.deadline = min(limit, last_chance(placement.ends_before, consent.until))
    await tell_of_placement(act.tx, PlacementReady, placement, act.on, act_by=placement.deadline)
    return placement


async def start(act: Act[Profile], placement_id: UUID) -> Placement:
    """Record its first day; nobody hidden or without consent begins, nor at a suspended member."""
    placement, candidate, place = await lock_placement(act, placement_id)
    take(placement, PLACEMENT, "start", act.caller.role, act.on)
    check_available(candidate)
    await check_had_consented(act.tx, placement.match_id, act.on)
    check_start(act.on, placement.starts_on, placement.ends_before)
    await check_member(act.tx, place, act.on)
    placement.started_on = act.on
    placement.deadline = act.profile.deadlines.end.after(placement.ends_before)
    await enter(act.tx, candidate, "place", act.on)
    await tell_of_placement(act.tx, PlacementStarted, placement, act.on)
    return placement


async def tell_of_placement(
    tx: Tx, kind: type[Event], placement: Placement, on: date, **more: date | bool | None
) -> None:
    """Tell what happened with it; an event takes the fields that it knows, none is the person's."""
    await outbox.tell(tx, kind.from_row(placement, placement_id=placement.id, **more), on=on)
