"""What several acts ask before they go on: a consent, a member, a candidate who may be seen."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from matching import identities
from matching.models import Candidate, Consent, Member, Place
from matching.queries import match as queries
from matching.queries.place import is_unsettled
from matching.rules.consent import held_on, is_live
from matching.rules.fit import Need, Person, feasible
from matching.rules.placement import check_suspended
from shared.database import Tx
from shared.machines import NotAllowed
from shared.time import clock


async def check_consented(tx: Tx, match_id: UUID) -> Consent:
    """Give the consent that a match rests on; refuse to go on where none holds today."""
    consent = await queries.consent_of(tx, match_id)
    if consent is None or not is_live(consent, await clock.today(tx)):
        raise NotAllowed("no_consent", "There is no consent that holds.")
    return consent


async def check_had_consented(tx: Tx, match_id: UUID, on: date) -> None:
    """Refuse what happened on a day on which no consent held; it may be over since then."""
    consent = await queries.was_given(tx, match_id)
    if consent is None or not held_on(consent, on):
        raise NotAllowed("no_consent", "On that day there was no consent that held.")


async def check_member(tx: Tx, place: Place, on: date) -> None:
    """Refuse where the member was suspended on that day; one we don't know is no yes."""
    member = await tx.get(Member, place.membership_id, populate_existing=True)
    unsettled = await is_unsettled(tx, place.membership_id, place.commitment_id)
    if member is None or unsettled:
        raise NotAllowed("member_unknown", "Nothing is known of this member yet: try again later.")
    check_suspended(member.suspended_on, None, on)
    check_suspended(member.was_suspended_on, member.reinstated_on, on)


def check_available(candidate: Candidate) -> None:
    """Refuse to use a candidate who is hidden; why she is isn't said."""
    if not candidate.visible:
        raise NotAllowed("not_available", "This candidate isn't available.")


async def check_fits(tx: Tx, candidate: Candidate, place: Place, today: date) -> None:
    """Refuse whom anything that has to hold isn't known to hold for; which isn't said."""
    needs = await identities.needs_of(tx, candidate.id)
    if not feasible(person(candidate, needs, {}), need(place, today)):
        raise NotAllowed("does_not_fit", "Not all that this place demands is known to hold.")


def need(place: Place, on: date) -> Need:
    """Say what the engine has to know of a place; nobody begins before today."""
    return Need(
        place.id,
        place.offer,
        tuple(place.must),
        tuple(place.want),
        tuple(place.provides),
        place.schedule,
        max(place.starts_on, on),
    )


def person(one: Candidate, needs: Collection[str] | None, ranks: dict[str, int]) -> Person:
    return Person(
        one.id,
        one.number or 0,
        ranks.get(one.target_group or ""),
        dict(one.abilities),
        tuple(one.offers),
        one.schedule,
        one.available_from,
        needs,
    )
