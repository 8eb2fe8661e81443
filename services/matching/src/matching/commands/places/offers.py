"""Places: offered under a promise, looked at by the union, opened.

Who also needs the member's or the promise's row takes it before the place's.
"""

from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlmodel import select

from jobbpakten_events.matching import PlaceOpened
from matching.commands.locks import lock_places
from matching.commands.places.slots import renew, step
from matching.models import Member, Place, Promise
from matching.profiles import Profile
from matching.queries import place as queries
from matching.rules.access import may_touch_place
from matching.rules.place import (
    PLACE,
    Membership,
    Terms,
    Under,
    check_codes,
    check_days,
    check_member,
    check_offer,
    check_promise,
    check_union,
)
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import NotFound, check_order
from shared.messaging import outbox


async def lock_place_for(act: Act[Profile], place_id: UUID) -> Place:
    """Take one place for this transaction; NotFound if it isn't for this caller."""
    await queries.place(act, place_id)
    return (await lock_places(act.tx, [place_id]))[0]


async def lock_promise_for(act: Act[Profile], commitment_id: UUID) -> Promise:
    """Take our copy of a promise: two places never share what it leaves."""
    here = select(Promise).where(
        Promise.commitment_id == commitment_id, Promise.network == act.network
    )
    here = here.with_for_update().execution_options(populate_existing=True)
    found = (await act.tx.exec(here)).one_or_none()
    if found is None or not may_touch_place(act.caller, found.organisation_id):
        raise NotFound
    return found


def under(promise: Promise) -> Under:
    return Under(
        promise.offer,
        promise.kept_by,
        promise.promised,
        promise.starts_on,
        promise.ends_before,
        released=promise.released_on is not None,
    )


async def offer(act: Act[Profile], place_id: UUID, commitment_id: UUID, terms: Terms) -> Place:
    """Offer a place under a promise, which says for whom and what."""
    PLACE.step("", "offer", act.caller.role)
    promise = await lock_promise_for(act, commitment_id)
    await check_terms(act.tx, act.profile, promise, terms, place_id, act.on)
    place = Place(
        **asdict(terms),
        id=place_id,
        network=act.network,
        commitment_id=commitment_id,
        membership_id=promise.membership_id,
        organisation_id=promise.organisation_id,
        offer=promise.offer,
        since=act.on,
        refreshed_on=act.on,
    )
    step(act.tx, place, "offer", act.on, act.caller.role)
    act.tx.add(place)
    await act.tx.flush()
    return place


async def check_terms(
    tx: Tx, profile: Profile, promise: Promise, terms: Terms, place_id: UUID, on: date
) -> None:
    """Refuse what the network, its offer or the promise doesn't allow."""
    known = under(promise)
    check_offer(known, profile.offers)
    check_codes(
        terms,
        {
            "area": profile.areas,
            "must": profile.requirements,
            "want": profile.requirements,
            "provides": profile.adaptations,
        },
    )
    longest = profile.offers[promise.offer].longest.after(terms.starts_on)
    check_days(terms, known, longest, on)
    others = await queries.slots_under(tx, promise.commitment_id, beside=place_id)
    check_promise(known, terms.slots, others)


async def ask_union(act: Act[Profile], place_id: UUID) -> Place:
    """Ask the union for its statement on the place; its time runs from now."""
    place = await lock_place_for(act, place_id)
    step(act.tx, place, "ask_union", act.on, act.caller.role)
    if place.union_asked_on is None:
        place.union_asked_on = act.on
        place.union_due_on = act.profile.deadlines.union.after(act.on)
        renew(act.tx, place, act.on)
    return place


async def note_statement(act: Act[Profile], place_id: UUID, statement: str) -> Place:
    """Record what the union states: it supports, objects, or has nothing to say."""
    place = await lock_place_for(act, place_id)
    step(act.tx, place, "note_statement", act.on, act.caller.role)
    check_order(act.on, place.union_asked_on)
    place.union_statement, place.union_stated_on = statement, act.on
    return place


async def open_up(act: Act[Profile], place_id: UUID) -> Place:
    """Open a place: the union was heard, the member is one, and the promise holds it."""
    seen = await queries.place(act, place_id)
    PLACE.step(seen.state, "open", act.caller.role)
    member = await lock_member(act.tx, seen.membership_id)
    promise = await lock_promise_for(act, seen.commitment_id)
    place = (await lock_places(act.tx, [place_id]))[0]
    step(act.tx, place, "open", act.on, act.caller.role)
    check_union(place.union_due_on, place.union_stated_on, act.on)
    check_member(member, act.on)
    others = await queries.slots_under(act.tx, promise.commitment_id, beside=place_id)
    check_promise(under(promise), place.slots, others)
    place.refreshed_on = act.on
    event = PlaceOpened.from_row(place, place_id=place.id)
    await outbox.tell(act.tx, event, on=act.on)
    return place


async def lock_member(tx: Tx, membership_id: UUID) -> Membership:
    """Take our copy of a member: who suspends it waits until the place is open, then pauses it."""
    here = select(Member).where(Member.membership_id == membership_id).with_for_update()
    found = (await tx.exec(here.execution_options(populate_existing=True))).one_or_none()
    if found is None or await queries.is_unsettled(tx, membership_id):
        return Membership(None, None, None)
    return Membership(found.in_force_on, found.suspended_on, found.ended_on)
