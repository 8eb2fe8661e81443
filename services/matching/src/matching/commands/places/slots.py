"""Slots: kept for a match, held by it, used up, or free again. The caller holds the place's lock.

A place is full when every slot is held by a match, and filled when all are used up; while one is
only kept, it may come back, and others may wait for it.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from jobbpakten_events.matching import PlaceClosed, SlotReleased, SlotReserved
from matching.models import Place, Slot
from matching.profiles import profile_of
from matching.queries.place import accepts_matches
from matching.rules.place import PLACE, after, due_day, free_number, room
from shared.database import Tx
from shared.machines import NotAllowed, take
from shared.messaging import outbox
from shared.time import clock


async def reserve(tx: Tx, place: Place, match_id: UUID, until: date, on: date) -> None:
    """Keep a slot for a match until a day; NotAllowed when there is none, or the place is shut."""
    if not accepts_matches(place, await clock.today(tx)):
        if place.state == "full":
            raise NotAllowed("no_slot_left", "Every slot of the place is in use.")
        raise NotAllowed("place_not_open", "The place takes nobody at the moment.")
    in_use = await slots_in_use(tx, place)
    if any(slot.match_id == match_id for slot in in_use):
        raise NotAllowed("slot_kept_already", "A slot is kept for this match already.")
    number = free_number(place.slots, [slot.number for slot in in_use])
    kept = Slot(place_id=place.id, number=number, match_id=match_id, state="reserved", until=until)
    tx.add(kept)
    await tx.flush()
    event = SlotReserved(place_id=place.id, match_id=match_id, until=until)
    await outbox.tell(tx, event, on=on)


async def occupy(tx: Tx, place: Place, match_id: UUID, on: date) -> None:
    """Let an accepted match hold the slot kept for it; the last one makes the place full."""
    slot = await slot_of(tx, place, match_id)
    slot.state, slot.until = after(slot.state, "keep"), None
    await fill_or_free(tx, place, on)


async def free(tx: Tx, place: Place, match_id: UUID, on: date) -> None:
    """Free the slot that is kept for a match, or held by it; nothing where it has none."""
    slot = next((s for s in await slots_in_use(tx, place) if s.match_id == match_id), None)
    if slot is None:
        return
    after(slot.state, "release")
    await tx.delete(slot)
    await outbox.tell(tx, SlotReleased(place_id=place.id, match_id=match_id), on=on)
    await fill_or_free(tx, place, on)


async def use_up(tx: Tx, place: Place, match_id: UUID, on: date) -> None:
    """Count a held slot as used, for good; the last one closes the place."""
    slot = await slot_of(tx, place, match_id)
    slot.state = after(slot.state, "use_up")
    await fill_or_free(tx, place, on)


async def slots_in_use(tx: Tx, place: Place) -> Sequence[Slot]:
    """Read what is kept or in use as it is under the lock, whatever was read before."""
    await tx.flush()
    here = select(Slot).where(col(Slot.place_id) == place.id).order_by(col(Slot.number))
    return (await tx.exec(here.execution_options(populate_existing=True))).all()


async def slot_of(tx: Tx, place: Place, match_id: UUID) -> Slot:
    for slot in await slots_in_use(tx, place):
        if slot.match_id == match_id:
            return slot
    raise NotAllowed("no_slot_kept", "No slot of the place is kept for this match.")


async def fill_or_free(tx: Tx, place: Place, on: date) -> None:
    """Bring the place's state in line with its slots: open, full, or closed as filled.

    A paused place stays paused; when it is resumed, this is asked again.
    """
    left = room(place.slots, [slot.state for slot in await slots_in_use(tx, place)])
    if left == "filled" and place.state in ("open", "full", "paused"):
        await close_filled(tx, place, on)
    elif left == "full" and place.state == "open":
        step(tx, place, "fill", on)
    elif left == "open" and place.state == "full":
        step(tx, place, "free", on)


async def close_filled(tx: Tx, place: Place, on: date) -> None:
    step(tx, place, "end", on)
    place.paused_for = []
    await tell_closed(tx, place, "filled", on)


async def tell_closed(tx: Tx, place: Place, ground: str, on: date) -> None:
    await outbox.tell(tx, PlaceClosed.from_row(place, place_id=place.id, ground=ground), on=on)


def step(tx: Tx, place: Place, by: str, on: date, role: str = "system") -> None:
    """Take a step of the place's machine and set the day by which the next one is due.

    What the system does isn't refused for being dated back.
    """
    before = place.state
    state = take(place, PLACE, by, role, max(on, place.since) if role == "system" else on)
    if state.name != before:
        renew(tx, place, place.since)


def renew(tx: Tx, place: Place, since: date) -> None:
    """Count the time for a place's next action from a day."""
    limit = profile_of(tx, place.network).deadline(PLACE.states[place.state], since)
    place.deadline = due_day(place.state, limit, place.ends_before)
