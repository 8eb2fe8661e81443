"""Consents: a candidate says yes to named details, says no, or takes her yes back."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from matching.commands.locks import HeldMatch, check_available, hold
from matching.commands.match import advance, end, end_consent, note_end
from matching.models import Consent, Match
from matching.profiles import Profile
from matching.queries import match as queries
from matching.rules.consent import (
    check_answered_in_time,
    check_fields,
    check_taken_back,
    check_until,
    check_witnesses,
)
from shared import clock, outbox
from shared.access import Caller
from shared.database import Tx
from shared.events.matching import CandidateAnswered, ConsentGiven
from shared.machines import NotAllowed, check_order


class Yes(NamedTuple):
    """What a candidate agrees to, and how it was given; without fields, to all that she was asked.

    Witnesses are actors' ids.
    """

    consent_id: UUID
    given_how: str
    witnesses: Sequence[str]
    until: date
    fields: Sequence[str] | None = None


async def give(
    tx: Tx, caller: Caller, profile: Profile, match_id: UUID, yes: Yes, on: date
) -> Match:
    """Record her consent to the release of named details to this employer."""
    held = await hold(tx, await queries.match(tx, caller, profile.network, match_id))
    match = held.match
    check_available(held.candidate)
    asked_until = match.deadline
    advance(match, "consent", caller.role, profile, on)
    check_answered_in_time(on, asked_until)
    consent = await agreed(tx, caller, held, yes, on)
    tx.add(consent)
    answered = CandidateAnswered(match_id=match.id, unit=match.unit, act_by=match.deadline)
    given = ConsentGiven(
        consent_id=consent.id,
        match_id=match.id,
        candidate_ref=match.candidate_ref,
        organisation_id=match.organisation_id,
        until=consent.until,
    )
    await outbox.tell_all(tx, [answered, given], on=on)
    return match


async def agreed(tx: Tx, caller: Caller, held: HeldMatch, yes: Yes, on: date) -> Consent:
    """Make the consent that she gave; to no more than she was asked."""
    match = held.match
    fields = match.asked_fields if yes.fields is None else sorted(set(yes.fields))
    check_fields("/fields", fields, match.asked_fields)
    check_witnesses(yes.given_how, yes.witnesses)
    check_until(yes.until, await clock.today(tx), held.place.ends_before)
    return Consent(
        id=yes.consent_id,
        network=match.network,
        match_id=match.id,
        candidate_ref=match.candidate_ref,
        organisation_id=match.organisation_id,
        fields=fields,
        given_how=yes.given_how,
        given_on=on,
        witnesses=[*yes.witnesses],
        until=yes.until,
        recorded_by=caller.id,
    )


async def take_back(
    tx: Tx, caller: Caller, profile: Profile, match_id: UUID, how: str, on: date
) -> Match:
    """End a consent the way it was given; what was shown by it is hidden at once.

    A match that isn't accepted ends with it, told as one that is withdrawn. A placement stays.
    """
    held = await hold(tx, await queries.match(tx, caller, profile.network, match_id))
    match, consent = held.match, await queries.consent_of(tx, match_id)
    if consent is None:
        raise NotAllowed("no_consent", "There is no consent that holds.")
    check_taken_back(how, consent.given_how)
    check_order(on, consent.given_on)
    if match.open:
        day = max(on, match.since)
        await end(tx, match, held.place, "withdraw", caller.role, day, "consent_withdrawn")
        note_end(consent, how, on)
    else:
        await end_consent(tx, consent, how, on)
    return match
