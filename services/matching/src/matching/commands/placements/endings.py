"""How placements end: what becomes of the slot, of the candidate, and of why it ended."""

from datetime import date, timedelta
from uuid import UUID

from jobbpakten_events.placement import (
    PlacementCompleted,
    PlacementInterrupted,
    PlacementNoShow,
    PlacementPartlyCompleted,
)
from matching import identities
from matching.commands.consequences import enter
from matching.commands.matches.transitions import end_consent
from matching.commands.placements.preparations import (
    HeldPlacement,
    lock_placement,
    tell_of_placement,
)
from matching.commands.places import slots
from matching.models import Placement
from matching.profiles import Profile
from matching.queries import match as matches
from matching.rules.consent import until_after
from matching.rules.placement import PLACEMENT, check_completed, check_last_day, check_within, kept
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import Unfit, take

SEALED_FOR = "interruption"


async def complete(act: Act[Profile], placement_id: UUID) -> Placement:
    """Record that it went on to its end: its slot is used."""
    held = await lock_placement(act, placement_id)
    placement = held.placement
    take(placement, PLACEMENT, "complete", act.caller.role, act.on)
    check_completed(act.on, placement.ends_before)
    await finish(act.tx, held, act.on, placement.ends_before - timedelta(days=1), uses_slot=True)
    await tell_of_placement(act.tx, PlacementCompleted, placement, act.on)
    return placement


async def complete_partly(act: Act[Profile], placement_id: UUID, missed_minutes: int) -> Placement:
    """Record that a part was done, until the act's day: with half of it the slot is used."""
    held = await lock_placement(act, placement_id)
    placement = held.placement
    take(placement, PLACEMENT, "complete_partly", act.caller.role, act.on)
    check_last_day(act.on, placement.started_on, placement.ends_before)
    placement.missed_minutes = missed_minutes
    half = kept(placement, act.on)
    await finish(act.tx, held, act.on, act.on, uses_slot=half)
    await tell_of_placement(act.tx, PlacementPartlyCompleted, placement, act.on, kept=half)
    return placement


async def miss(act: Act[Profile], placement_id: UUID) -> Placement:
    """Record that it never began: the slot is free again."""
    held = await lock_placement(act, placement_id)
    take(held.placement, PLACEMENT, "miss", act.caller.role, act.on)
    await finish(act.tx, held, act.on, None, uses_slot=False)
    await tell_of_placement(act.tx, PlacementNoShow, held.placement, act.on)
    return held.placement


async def interrupt(act: Act[Profile], placement_id: UUID, why: dict[str, str]) -> Placement:
    """Record that it ended early, or won't begin; why, and by which side, is sealed and untold."""
    held = await lock_placement(act, placement_id)
    placement = held.placement
    take(placement, PLACEMENT, "interrupt", act.caller.role, act.on)
    check_within("/ended_on", act.on, placement.ends_before)
    if why["ground"] not in act.profile.interruptions:
        raise Unfit("/ground", "unknown_ground", "An interruption names one of the profile's.")
    placement.sealed_ground = await identities.seal_sensitive(
        act.tx, placement.candidate_ref, why, SEALED_FOR, str(placement.id)
    )
    await finish(act.tx, held, act.on, act.on if placement.started_on else None, uses_slot=False)
    await tell_of_placement(act.tx, PlacementInterrupted, placement, act.on)
    return placement


async def why_interrupted(tx: Tx, placement: Placement) -> dict[str, str] | None:
    """Open why it ended early, for the unit's caseworkers alone."""
    if placement.sealed_ground is None:
        return None
    ref, sealed, row = placement.candidate_ref, placement.sealed_ground, str(placement.id)
    opened: dict[str, str] = await identities.open_sensitive(tx, ref, sealed, SEALED_FOR, row)
    return opened


async def reseal_ground(tx: Tx, placement: Placement) -> None:
    """Seal why it ended early in the form that holds now."""
    why, ref = await why_interrupted(tx, placement), placement.candidate_ref
    placement.sealed_ground = await identities.seal_sensitive(
        tx, ref, why, SEALED_FOR, str(placement.id)
    )


async def limit_access(tx: Tx, placement: Placement, on: date) -> None:
    """Show the employer no more of who never came, and of others no longer than 12 weeks more."""
    consent = await matches.consent_of(tx, placement.match_id)
    if consent is None:
        return
    if placement.last_day is None:
        await end_consent(tx, consent, placement.state, on)
    else:
        consent.until = until_after(consent.until, placement.last_day)


async def finish(
    tx: Tx, held: HeldPlacement, on: date, last_day: date | None, *, uses_slot: bool
) -> None:
    """Let go of the slot and of the candidate, who is to be found again if her facts allow it."""
    placement, candidate, place = held
    placement.last_day, placement.deadline = last_day, None
    await limit_access(tx, placement, on)
    settle = slots.use_up if uses_slot else slots.free
    await settle(tx, place, placement.match_id, on)
    await enter(tx, candidate, "return" if placement.started_on else "unmatch", on)
