"""Placements: prepared, begun and ended, each with its slot and its candidate."""

from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from matching import identities
from matching.commands import candidate as candidates
from matching.commands import place as places
from matching.commands import slot
from matching.models import Candidate, Member, Place, Placement
from matching.profiles import Profile
from matching.queries import placement as queries
from matching.rules.placement import (
    PLACEMENT,
    check_completed,
    check_last_day,
    check_ready,
    check_start,
    check_suspended,
    kept,
)
from shared import outbox
from shared.access import Caller
from shared.database import Tx
from shared.events import Event
from shared.events.placement import (
    PlacementCompleted,
    PlacementInterrupted,
    PlacementNoShow,
    PlacementPartlyCompleted,
    PlacementReady,
    PlacementStarted,
)
from shared.machines import NotAllowed, NotFound, Unfit, take

SEALED_FOR = "interruption"


class Held(NamedTuple):
    """A placement as it is now, with whom and where; all rows are this transaction's."""

    placement: Placement
    candidate: Candidate
    place: Place


async def hold(tx: Tx, caller: Caller, profile: Profile, placement_id: UUID) -> Held:
    """Take a placement of the caller's unit: the candidate's row, the place's, then its own."""
    read = await queries.placement(tx, caller, profile.network, placement_id)
    if caller.role != "caseworker":
        raise NotFound
    candidate = await candidates.locked(tx, caller, profile.network, read.candidate_ref)
    (place,) = await places.locked(tx, [read.place_id])
    await tx.refresh(read)
    return Held(read, candidate, place)


async def sign(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, party: str, on: date
) -> Placement:
    """Record a party's signature under the placement."""
    placement, _, _ = await hold(tx, caller, profile, placement_id)
    take(placement, PLACEMENT, "prepare", caller.role, on)
    if party in placement.signed:
        raise NotAllowed("already_signed", "This party has signed.")
    placement.signed = placement.signed | {party: on.isoformat()}
    return placement


async def insure(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date
) -> Placement:
    """Record that the insurance is settled."""
    placement, _, _ = await hold(tx, caller, profile, placement_id)
    take(placement, PLACEMENT, "prepare", caller.role, on)
    placement.insured_on = on
    return placement


async def name_supervisor(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date
) -> Placement:
    """Record that the workplace has named a supervisor."""
    placement, _, _ = await hold(tx, caller, profile, placement_id)
    take(placement, PLACEMENT, "prepare", caller.role, on)
    placement.supervisor_named_on = on
    return placement


async def make_ready(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date
) -> Placement:
    """Let it begin, when nothing that it needs is missing."""
    placement, _, place = await hold(tx, caller, profile, placement_id)
    take(placement, PLACEMENT, "make_ready", caller.role, on)
    check_ready(placement, place, on)
    placement.deadline = profile.deadlines.start.after(max(on, placement.starts_on))
    await tell(tx, PlacementReady, placement, on, act_by=placement.deadline)
    return placement


async def start(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date
) -> Placement:
    """Record its first day; nobody begins at a suspended member."""
    placement, candidate, place = await hold(tx, caller, profile, placement_id)
    take(placement, PLACEMENT, "start", caller.role, on)
    check_start(on, placement.starts_on, placement.ends_before)
    await check_member(tx, place, on)
    placement.started_on = on
    placement.deadline = profile.deadlines.end.after(placement.ends_before)
    await candidates.enter(tx, candidate, "place", on)
    await tell(tx, PlacementStarted, placement, on)
    return placement


async def check_member(tx: Tx, place: Place, on: date) -> None:
    """Refuse that somebody begins where the member is suspended; one we don't know is no yes."""
    member = await tx.get(Member, place.membership_id, populate_existing=True)
    if member is None:
        raise NotAllowed("member_unknown", "Nothing is known of this member yet: try again later.")
    check_suspended(member.suspended_on, on)


async def complete(
    tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date
) -> Placement:
    """Record that it went on to its end: its slot is used."""
    held = await hold(tx, caller, profile, placement_id)
    placement = held.placement
    take(placement, PLACEMENT, "complete", caller.role, on)
    check_completed(on, placement.ends_before)
    await finish(tx, held, on, placement.ends_before - timedelta(days=1), uses_slot=True)
    await tell(tx, PlacementCompleted, placement, on)
    return placement


async def complete_partly(
    tx: Tx,
    caller: Caller,
    profile: Profile,
    placement_id: UUID,
    last_day: date,
    missed_minutes: int,
) -> Placement:
    """Record that a part was done: with half of its days the slot is used, else free again."""
    held = await hold(tx, caller, profile, placement_id)
    placement = held.placement
    take(placement, PLACEMENT, "complete_partly", caller.role, last_day)
    check_last_day(last_day, placement.started_on, placement.ends_before)
    placement.missed_minutes = missed_minutes
    half = kept(placement.starts_on, placement.ends_before, last_day)
    await finish(tx, held, last_day, last_day, uses_slot=half)
    await tell(tx, PlacementPartlyCompleted, placement, last_day)
    return placement


async def miss(tx: Tx, caller: Caller, profile: Profile, placement_id: UUID, on: date) -> Placement:
    """Record that it never began: the slot is free again."""
    held = await hold(tx, caller, profile, placement_id)
    take(held.placement, PLACEMENT, "miss", caller.role, on)
    await finish(tx, held, on, None, uses_slot=False)
    await tell(tx, PlacementNoShow, held.placement, on)
    return held.placement


async def interrupt(
    tx: Tx,
    caller: Caller,
    profile: Profile,
    placement_id: UUID,
    why: dict[str, str],
    on: date,
) -> Placement:
    """Record that it ended early; why, and by which side, is sealed and told to nobody."""
    held = await hold(tx, caller, profile, placement_id)
    placement = held.placement
    take(placement, PLACEMENT, "interrupt", caller.role, on)
    if why["ground"] not in profile.interruptions:
        raise Unfit("/ground", "unknown_ground", "An interruption names one of the profile's.")
    placement.sealed_ground = await identities.seal_sensitive(
        tx, placement.candidate_ref, why, SEALED_FOR
    )
    await finish(tx, held, on, on, uses_slot=False)
    await tell(tx, PlacementInterrupted, placement, on)
    return placement


async def why_interrupted(tx: Tx, placement: Placement) -> dict[str, str] | None:
    """Open why it ended early, for the unit's caseworkers alone."""
    if placement.sealed_ground is None:
        return None
    ref, sealed = placement.candidate_ref, placement.sealed_ground
    opened: dict[str, str] = await identities.open_sensitive(tx, ref, sealed, SEALED_FOR)
    return opened


async def finish(tx: Tx, held: Held, on: date, last_day: date | None, *, uses_slot: bool) -> None:
    """Let go of the slot and of the candidate, who is to be found again if her facts allow it."""
    placement, candidate, place = held
    placement.last_day, placement.deadline = last_day, None
    settle = slot.use_up if uses_slot else slot.release
    await settle(tx, place, placement.match_id, on)
    await candidates.enter(tx, candidate, "return" if placement.started_on else "unmatch", on)


async def tell(
    tx: Tx, kind: type[Event], placement: Placement, on: date, **more: date | None
) -> None:
    """Tell what happened with it; an event takes the fields that it knows, none is the person's."""
    facts = placement.model_dump(include=set(kind.model_fields)) | more
    await outbox.tell(tx, kind(placement_id=placement.id, **facts), on=on)
