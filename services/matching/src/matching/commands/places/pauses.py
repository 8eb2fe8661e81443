"""Pauses: each ground of its own, lifted by itself; with the last one the place is back.

The caller holds the place's lock. Matches stay as they are, but at a suspended member's places.
"""

from datetime import date
from uuid import UUID

from jobbpakten_events.matching import PlacePaused, PlaceResumed
from matching.commands.places.offers import lock_place_for
from matching.commands.places.slots import fill_or_free, step
from matching.models import Place
from matching.profiles import Profile
from matching.rules.place import PLACE, check_ground, liftable
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import NotAllowed
from shared.messaging import outbox


async def pause_for(tx: Tx, place: Place, ground: str, on: date, role: str = "system") -> bool:
    """Pause a place on a ground, beside others it may be paused for; tells whether this is new."""
    if ground in place.paused_for:
        return False
    step(tx, place, "pause", on, role)
    place.paused_for = sorted([*place.paused_for, ground])
    await outbox.tell(tx, PlacePaused.from_row(place, place_id=place.id, ground=ground), on=on)
    return True


async def lift(tx: Tx, place: Place, ground: str, on: date, role: str = "system") -> None:
    """Lift one ground; a place that isn't paused for it stays as it is."""
    if ground not in place.paused_for or place.state != "paused":
        return
    place.paused_for = [other for other in place.paused_for if other != ground]
    step(tx, place, "lift" if place.paused_for else "resume", on, role)
    if place.paused_for:
        return
    await outbox.tell(tx, PlaceResumed.from_row(place, place_id=place.id), on=on)
    await fill_or_free(tx, place, on)


async def pause(act: Act[Profile], place_id: UUID, ground: str) -> Place:
    """Pause a place, because its employer says so or doesn't answer."""
    PLACE.step("open", "pause", act.caller.role)
    check_ground(ground, act.caller.role)
    place = await lock_place_for(act, place_id)
    if not await pause_for(act.tx, place, ground, act.on, act.caller.role):
        raise NotAllowed("paused_already", "The place is paused for this already.")
    return place


async def resume(act: Act[Profile], place_id: UUID, ground: str | None) -> Place:
    """Lift the ground named, or all that this caller may; others keep the place paused."""
    place = await lock_place_for(act, place_id)
    PLACE.step(place.state, "resume", act.caller.role)
    for one in liftable(place.paused_for, ground, act.caller.role):
        await lift(act.tx, place, one, act.on, act.caller.role)
    return place
