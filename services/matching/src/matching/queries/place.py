"""What can be asked of places: those for a caller, their free slots, what a promise leaves."""

from collections.abc import Collection, Sequence
from datetime import date
from itertools import accumulate
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, not_, or_, text
from sqlmodel import col, func, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from jobbpakten_events.membership import TOPIC as MEMBERSHIPS
from matching.models import Match, Member, Place, Slot
from matching.models.matches import VOID
from matching.models.places import NOT_CLOSED
from matching.profiles import Profile
from matching.rules import place as rules
from matching.rules.access import decides_for, may_list_places, may_touch_place
from matching.rules.match import DECISIONS
from matching.rules.place import LIVING, STALE
from shared.any_of import among
from shared.database import Tx
from shared.http.acts import Act
from shared.http.paging import Page
from shared.machines import NotFound
from shared.messaging.gauges import counted
from shared.messaging.inbox.restored import is_parked, parked_keys
from shared.savepoints import drawn, still, taken
from shared.time import clock

ROUND = 100  # that the clock looks at in one transaction; the next round takes the next


def accepts_matches(place: Place, today: date) -> bool:
    """Tell whether somebody may be matched to the place: it is open, not paused, and not over."""
    return rules.accepts_matches(place.state, place.paused_for, place.ends_before, today)


async def place(act: Act[Profile], place_id: UUID) -> Place:
    """Give one place; NotFound if it isn't for this caller."""
    found = await act.tx.get(Place, place_id)
    if found is None or found.network != act.network:
        raise NotFound
    if not may_touch_place(act.caller, found.organisation_id):
        raise NotFound
    return found


async def place_to_read(act: Act[Profile], place_id: UUID) -> Place:
    """Give one place, also to a decider for whom a match there waits, or was accepted."""
    units = decides_for(act.caller, act.profile.units)
    if not units:
        return await place(act, place_id)
    here = select(Place).where(col(Place.id) == place_id, col(Place.network) == act.network)
    decided = select(Match.place_id).where(
        col(Match.place_id) == place_id,
        col(Match.state).in_(DECISIONS),
        not_(VOID),
        col(Match.unit).in_(units),
    )
    found = (await act.tx.exec(here.where(col(Place.id).in_(decided)))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def places(act: Act[Profile], state: str | None, asked: Page) -> Sequence[Place]:
    """Give places in the order of their offering: staff all, an employer its own."""
    if not may_list_places(act.caller):
        raise NotFound
    found = select(Place).where(Place.network == act.network)
    if act.caller.organisation:
        found = found.where(Place.organisation_id == act.caller.organisation)
    if state:
        found = found.where(Place.state == state)
    return await asked.read(act.tx, found, col(Place.id))


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
    in_use = select(func.count()).where(col(Slot.place_id) == col(Place.id)).scalar_subquery()
    here = select(Place).where(
        Place.network == network, Place.state == "open", Place.slots > in_use
    )
    gone = or_(col(Member.suspended_on).is_not(None), col(Member.ended_on).is_not(None))
    here = here.where(
        col(Place.membership_id).not_in(select(Member.membership_id).where(gone)),
        not_(unsettled()),
    )
    if only is not None:
        here = here.where(col(Place.id).in_(only))
    found, today = await tx.exec(here.order_by(col(Place.id))), await clock.today(tx)
    return [place for place in found.all() if accepts_matches(place, today)]


def unsettled() -> ColumnElement[bool]:
    """Select places of whose member or promise something is parked: it counts as suspended."""
    parked = parked_keys(MEMBERSHIPS)
    names = (cast(col(Place.membership_id), String), cast(col(Place.commitment_id), String))
    return or_(*(name.in_(parked) for name in names))


async def is_unsettled(tx: Tx, *ids: UUID) -> bool:
    """Tell whether something that membership told of one of these is parked."""
    return any([await is_parked(tx, MEMBERSHIPS, one) for one in ids])


def is_over(tx: Tx, today: date) -> ColumnElement[bool]:
    """Select places whose last day has passed, or whose offer nobody has renewed in time."""
    ended = col(Place.ends_before) <= today
    stale = and_(col(Place.state).in_(STALE), col(Place.deadline) < today)
    return col(Place.network).in_(tx.networks) & text(NOT_CLOSED) & or_(ended, stale)


async def lock_over(tx: Tx, today: date) -> Sequence[tuple[UUID, str]]:
    """Lock places that are over, so many as make a part.

    Of each only what names it: a row that can't be read keeps no other from being closed.
    """
    due = is_over(tx, today)
    over = await drawn(tx, select(Place.id, Place.network).where(due), ROUND)
    return await still(tx, Place, [place_id for place_id, _ in await part_of(tx, over)], due)


async def lock_unread(tx: Tx, place_ids: Collection[UUID]) -> None:
    """Take places for this transaction, in the order of their ids, without reading them."""
    await tx.exec(these(place_ids).with_for_update())


async def lock_free(tx: Tx, place_ids: Collection[UUID]) -> set[UUID]:
    """Take places in the order of their ids; give those that nobody else holds for long."""
    return {*await taken(tx, these(place_ids))}


def these(place_ids: Collection[UUID]) -> SelectOfScalar[UUID]:
    return select(Place.id).where(among(col(Place.id), place_ids)).order_by(col(Place.id))


def is_paused_for_member() -> ColumnElement[bool]:
    return col(Place.paused_for).op("?", is_comparison=True)("member_suspended")


def stands_otherwise(tx: Tx) -> Select[UUID, str]:
    """Select places that stand otherwise than their members do."""
    gone, suspended = col(Member.ended_on).is_not(None), col(Member.suspended_on).is_not(None)
    back = col(Member.reinstated_on).is_not(None) & not_(suspended) & is_paused_for_member()
    works = suspended & col(Place.state).in_(LIVING) & not_(is_paused_for_member())
    here = select(Place.id, Place.network).join(
        Member, col(Member.membership_id) == Place.membership_id
    )
    here = here.where(text(NOT_CLOSED), or_(gone, works, back))
    return here.where(col(Place.network).in_(tx.networks))


async def count_due(tx: Tx, today: date) -> int:
    """Count the places that are over, and those that haven't followed their members yet."""
    over = await counted(tx, select(Place.id).where(is_over(tx, today)))
    return over + await counted(tx, stands_otherwise(tx))


async def out_of_line(tx: Tx) -> Sequence[tuple[UUID, str]]:
    """Draw so many places that stand otherwise than their members do as make a part, by id."""
    return sorted(await part_of(tx, await drawn(tx, stands_otherwise(tx), ROUND)), key=str)


async def part_of(tx: Tx, at: Sequence[tuple[UUID, str]]) -> Sequence[tuple[UUID, str]]:
    """Give the first of these places, so many that with their open matches they are a part.

    What is done with all that hangs on a place takes its time: many places wait for the next part.
    """
    counted = select(Match.place_id, func.count()).where(
        among(col(Match.place_id), [place_id for place_id, _ in at]), col(Match.open)
    )
    matches = dict((await tx.exec(counted.group_by(col(Match.place_id)))).all())
    filled = accumulate(1 + matches.get(place_id, 0) for place_id, _ in at)
    return [one for one, sum_ in zip(at, filled, strict=True) if sum_ <= ROUND] or at[:1]


async def of_member(tx: Tx, membership_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Give a member's places that aren't closed, where the network is still run here."""
    here = select(Place.id, Place.network).where(
        col(Place.membership_id) == membership_id,
        text(NOT_CLOSED),
        col(Place.network).in_(tx.networks),
    )
    return (await tx.exec(here.order_by(col(Place.id)))).all()
