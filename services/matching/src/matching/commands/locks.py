"""The locks that each act on a match takes, always in this order: candidate, places, match."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from matching.commands import candidate as candidates
from matching.commands import place as places
from matching.commands import visibility
from matching.models import Candidate, Consent, Match, Member, Place
from matching.queries import match as queries
from matching.rules.consent import is_live
from matching.rules.placement import check_suspended
from shared import clock
from shared.database import Tx
from shared.machines import NotAllowed, NotFound


class HeldMatch(NamedTuple):
    """A match as it is now, with whom and what it joins; all rows are this transaction's.

    `others` are the places of what else was asked for, by id.
    """

    match: Match
    candidate: Candidate
    place: Place
    others: dict[UUID, Place]


async def candidate_row(tx: Tx, ref: UUID) -> Candidate:
    """Take a candidate as she is today, whoever asks; what the caller may is decided elsewhere."""
    candidate = await candidates.held(tx, ref)
    if candidate is None:
        raise NotFound
    await visibility.refresh(tx, candidate)
    return candidate


async def hold(tx: Tx, read: Match) -> HeldMatch:
    """Take all that an act on a match needs, and read the match again."""
    return await hold_with(tx, read, await candidate_row(tx, read.candidate_ref))


async def hold_with(
    tx: Tx, read: Match, candidate: Candidate, others: Iterable[UUID] = ()
) -> HeldMatch:
    """Take the places and the match of a candidate whose row is already ours."""
    found = {place.id: place for place in await places.locked(tx, {read.place_id, *others})}
    await tx.refresh(read)
    return HeldMatch(read, candidate, found[read.place_id], found)


async def check_consented(tx: Tx, match_id: UUID, on: date | None = None) -> Consent:
    """Give the consent that a match rests on; refuse to go on where none holds on a day, or today.

    One that was taken back holds on no day.
    """
    consent = await queries.consent_of(tx, match_id)
    if consent is None or not is_live(consent, on or await clock.today(tx)):
        raise NotAllowed("no_consent", "There is no consent that holds.")
    return consent


async def check_member(tx: Tx, place: Place, on: date) -> None:
    """Refuse where the member was suspended on that day; one we don't know is no yes."""
    member = await tx.get(Member, place.membership_id, populate_existing=True)
    if member is None:
        raise NotAllowed("member_unknown", "Nothing is known of this member yet: try again later.")
    check_suspended(member.suspended_on, None, on)
    check_suspended(member.was_suspended_on, member.reinstated_on, on)


def check_available(candidate: Candidate) -> None:
    """Refuse to use a candidate who is hidden; why she is isn't said."""
    if not candidate.visible:
        raise NotAllowed("not_available", "This candidate isn't available.")
