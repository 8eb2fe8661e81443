"""Placements: prepared, then begun; each act takes the candidate's row and the place's first."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from jobbpakten_events import Event
from jobbpakten_events.placement import PlacementReady, PlacementStarted
from matching.commands.candidates import registrations as candidates
from matching.commands.checks import (
    check_available,
    check_consented,
    check_had_consented,
    check_member,
)
from matching.commands.consequences import lock_candidate_for
from matching.commands.locks import lock_places
from matching.models import Candidate, Place, Placement
from matching.profiles import Profile
from matching.queries import placement as queries
from matching.rules.access import has_cases
from matching.rules.placement import PLACEMENT, check_ready, check_start
from shared.database import Tx
from shared.http.access import Caller
from shared.machines import NotAllowed, NotFound, take
from shared.messaging import outbox


class HeldPlacement(NamedTuple):
    """A placement as it is now, with whom and where; all rows are this transaction's."""

    placement: Placement
    candidate: Candidate
    place: Place


async def lock_placement(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID
) -> HeldPlacement:
    """Take a placement of the caller's unit: the candidate's row, the place's, then its own."""
    read = await queries.placement(tx, caller, profile.network, placement_id)
    if not has_cases(caller):
        raise NotFound
    candidate = await lock_candidate_for(tx, caller, profile.network, read.candidate_ref)
    (place,) = await lock_places(tx, [read.place_id])
    await tx.refresh(read)
    return HeldPlacement(read, candidate, place)


async def to_prepare(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date
) -> Placement:
    """Take a placement that isn't ready yet."""
    placement, _, _ = await lock_placement(tx, caller, profile, placement_id)
    take(placement, PLACEMENT, "prepare", caller.role, on)
    return placement


async def sign(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, party: str, on: date
) -> Placement:
    """Record a party's signature under the placement."""
    placement = await to_prepare(tx, caller, profile, placement_id, on)
    if party in placement.signed:
        raise NotAllowed("already_signed", "This party has signed.")
    placement.signed = placement.signed | {party: on.isoformat()}
    return placement


async def insure(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date
) -> Placement:
    """Record that the insurance is settled."""
    placement = await to_prepare(tx, caller, profile, placement_id, on)
    placement.insured_on = on
    return placement


async def name_supervisor(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date
) -> Placement:
    """Record that the workplace has named a supervisor."""
    placement = await to_prepare(tx, caller, profile, placement_id, on)
    placement.supervisor_named_on = on
    return placement


async def make_ready(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date
) -> Placement:
    """Let it begin, when nothing that it needs is missing, she isn't hidden and still consents."""
    placement, candidate, place = await lock_placement(tx, caller, profile, placement_id)
    take(placement, PLACEMENT, "make_ready", caller.role, on)
    check_available(candidate)
    await check_consented(tx, placement.match_id)
    check_ready(placement, place, on)
    placement.deadline = profile.deadlines.start.after(max(on, placement.starts_on))
    await tell(tx, PlacementReady, placement, on, act_by=placement.deadline)
    return placement


async def start(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date
) -> Placement:
    """Record its first day; nobody hidden or without consent begins, nor at a suspended member."""
    placement, candidate, place = await lock_placement(tx, caller, profile, placement_id)
    take(placement, PLACEMENT, "start", caller.role, on)
    check_available(candidate)
    await check_had_consented(tx, placement.match_id, on)
    check_start(on, placement.starts_on, placement.ends_before)
    await check_member(tx, place, on)
    placement.started_on = on
    placement.deadline = profile.deadlines.end.after(placement.ends_before)
    await candidates.enter(tx, candidate, "place", on)
    await tell(tx, PlacementStarted, placement, on)
    return placement


async def tell(
    tx: Tx, kind: type[Event], placement: Placement, on: date, **more: date | None
) -> None:
    """Tell what happened with it; an event takes the fields that it knows, none is the person's."""
    facts = placement.model_dump(include=set(kind.model_fields)) | more
    await outbox.tell(tx, kind(placement_id=placement.id, **facts), on=on)
