"""What can be asked of places: those for a caller, their free slots, what a promise leaves."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import col, func, select

from matching.models import Place, Slot
from matching.queries import network as networks
from matching.queries.among import among
from matching.rules import place as rules
from matching.rules.place import STALE, may_list, may_touch
from shared import clock
from shared.access import Caller
from shared.database import Tx
from shared.machines import NotFound

ROUND = 100  # that the clock looks at in one transaction; the next round takes the next


def accepts_matches(place: Place, today: date) -> bool:
    """Tell whether somebody may be matched to the place: it is open, not paused, and not over."""
    return rules.accepts_matches(place.state, place.paused_for, place.ends_before, today)


async def place(tx: Tx, caller: Caller, network: str, place_id: UUID) -> Place:
    """Give one place; NotFound if it isn't for this caller."""
    found = await tx.get(Place, place_id)
    if found is None or found.network != network:
        raise NotFound
    if not may_touch(caller.role, caller.organisation, found.organisation_id):
        raise NotFound
    return found


async def places(
    tx: Tx, caller: Caller, network: str, state: str | None, after: UUID | None, limit: int
) -> Sequence[Place]:
    """Give places in the order of their offering: staff all, an employer its own."""
    if not may_list(caller.role, caller.organisation):
        raise NotFound
    found = select(Place).where(Place.network == network)
    if caller.organisation:
        found = found.where(Place.organisation_id == caller.organisation)
    if state:
        found = found.where(Place.state == state)
    if after:
        found = found.where(col(Place.id) > after)
    return (await tx.exec(found.order_by(col(Place.id)).limit(limit))).all()


async def free_slots(tx: Tx, places: Collection[Place]) -> dict[UUID, int]:
    """Give how many slots of each place are neither kept nor in use."""
    ids = [place.id for place in places]
    counted = select(Slot.place_id, func.count()).where(among(col(Slot.place_id), ids))
    in_use = dict((await tx.exec(counted.group_by(col(Slot.place_id)))).all())
    return {place.id: place.slots - in_use.get(place.id, 0) for place in places}


async def slots_under(tx: Tx, commitment_id: UUID, beside: UUID) -> int:
    """Count what other places take of a promise: all slots until closed, then those in use."""
    here = (Place.commitment_id == commitment_id, Place.id != beside)
    offered = select(func.coalesce(func.sum(Place.slots), 0)).where(*here, Place.state != "closed")
    in_use = select(func.count()).select_from(Slot).join(Place)
    in_use = in_use.where(*here, Place.state == "closed")
    return int((await tx.exec(offered)).one()) + int((await tx.exec(in_use)).one())


async def matchable(tx: Tx, network: str, only: Collection[UUID] | None = None) -> Sequence[Place]:
    """Give those that take matches and have a free slot; all of the network, or of some places."""
    taken = select(func.count()).where(col(Slot.place_id) == col(Place.id)).scalar_subquery()
    here = select(Place).where(Place.network == network, Place.state == "open", Place.slots > taken)
    if only is not None:
        here = here.where(col(Place.id).in_(only))
    found, today = await tx.exec(here.order_by(col(Place.id))), await clock.today(tx)
    return [place for place in found.all() if accepts_matches(place, today)]


async def over(tx: Tx, today: date) -> Sequence[UUID]:
    """Give the places whose last day has passed, or whose offer nobody has renewed in time."""
    ended = col(Place.ends_before) <= today
    stale = and_(col(Place.state).in_(STALE), col(Place.deadline) < today)
    here = col(Place.network).in_(networks.networks(tx))
    due = select(Place.id).where(here, col(Place.state) != "closed", or_(ended, stale))
    # By chance, or a round full of places that fail would stand before the others for ever.
    return (await tx.exec(due.order_by(func.random()).limit(ROUND))).all()


async def of_member(tx: Tx, membership_id: UUID) -> Sequence[UUID]:
    """Give a member's places that aren't closed, where the network is still run here."""
    here = select(Place.id).where(
        col(Place.membership_id) == membership_id,
        col(Place.state) != "closed",
        col(Place.network).in_(networks.networks(tx)),
    )
    return (await tx.exec(here)).all()
