"""Consents: a candidate says yes to named details, or takes her yes back.

A paper holds when it is recorded. A word waits for the second member of staff who heard it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from jobbpakten_events.matching import CandidateAnswered, ConsentGiven
from matching.commands.checks import check_available
from matching.commands.consequences import lock_current_match, lock_match_to_end
from matching.commands.locks import HeldMatch
from matching.commands.matches.transitions import (
    end,
    end_consent,
    forget_unconfirmed,
    note_end,
)
from matching.models import Consent, Match, UnconfirmedConsent
from matching.profiles import Profile
from matching.queries import match as queries
from matching.rules.consent import (
    BY_WORD,
    check_answered_in_time,
    check_by_staff,
    check_confirms,
    check_fields,
    check_until,
    last_chance,
)
from matching.rules.match import MATCH
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import NotAllowed, advance, by_a_person, check_order, four_eyes, take
from shared.messaging import outbox
from shared.time import clock


class Yes(NamedTuple):
    """What a candidate agrees to, and how; without fields, to all that she was asked."""

    consent_id: UUID
    given_how: str
    until: date
    fields: Sequence[str] | None = None


async def give(act: Act[Profile], match_id: UUID, yes: Yes) -> Match:
    """Record her consent to the release of named details to this employer.

    Said before one of the staff it isn't one yet: nothing is shown or told before a second one
    has confirmed it.
    """
    read = await queries.match(act, match_id)
    check_by_staff(yes.given_how)
    held = await lock_current_match(act.tx, read)
    match = held.match
    check_available(held.candidate)
    if yes.given_how == BY_WORD:
        take(match, MATCH, "say_yes", act.caller.role, act.on)
        by_a_person(act.caller)  # the second who heard it is compared with the first
        check_answered_in_time(
            await clock.today(act.tx), match.deadline
        )  # or it can't be confirmed
        await keep_waiting(act.tx, match, await agreed(act, held, yes))
        return match
    asked_until = match.deadline
    until = last_chance(held.place.ends_before, yes.until)
    advance(match, MATCH, "consent", act.caller.role, act.on, limits=act.profile, until=until)
    check_answered_in_time(act.on, asked_until)
    await let_hold(act.tx, match, await agreed(act, held, yes), act.on)
    return match


def made(match: Match, **facts: Any) -> Consent:
    """Make a consent to what its match is about."""
    about = match.model_dump(include={"network", "candidate_ref", "organisation_id"})
    return Consent(match_id=match.id, **about, **facts)


async def agreed(act: Act[Profile], held: HeldMatch, yes: Yes) -> Consent:
    """Make what she agreed to; to no more than she was asked."""
    asked = held.match.asked_fields
    fields = asked if yes.fields is None else sorted(set(yes.fields))
    check_fields("/fields", fields, asked)
    check_until(yes.until, await clock.today(act.tx), held.place.ends_before)
    return made(
        held.match,
        id=yes.consent_id,
        fields=fields,
        given_how=yes.given_how,
        given_on=act.on,
        until=yes.until,
        recorded_by=act.caller.id,
    )


async def keep_waiting(tx: Tx, match: Match, said: Consent) -> None:
    """Keep what she said until a second one confirms it; recorded anew it replaces the first.

    Recorded again as it was it stays the one that a colleague may have read already.
    """
    facts = said.model_dump(include={"match_id", "fields", "given_on", "until", "recorded_by"})
    waiting = (await queries.unconfirmed(tx, [match])).get(match.id)
    if waiting is None or waiting.model_dump(exclude={"consent_id"}) != facts:
        await tx.merge(UnconfirmedConsent(consent_id=said.id, **facts))


async def confirm(act: Act[Profile], match_id: UUID, consent_id: UUID) -> Match:
    """Confirm, as the second of the staff who heard it, what she said: from today it holds.

    Confirmed again by the same witness it changes nothing.
    """
    held = await lock_current_match(act.tx, await queries.match(act, match_id))
    match, today = held.match, await clock.today(act.tx)
    given = await queries.was_given(act.tx, match_id)
    if given and given.id == consent_id and act.caller.id in given.witnesses[1:]:
        return match
    check_available(held.candidate)
    said = (await queries.unconfirmed(act.tx, [match])).get(match.id)
    asked_until = match.deadline
    until = last_chance(held.place.ends_before, said.until if said else None)
    advance(match, MATCH, "consent", act.caller.role, today, limits=act.profile, until=until)
    check_answered_in_time(today, asked_until)
    if said is None:
        raise NotAllowed("nothing_to_confirm", "Nothing that was said waits for a second witness.")
    check_confirms(consent_id, said.consent_id, said.until, today)
    four_eyes(act.caller, said.recorded_by)
    facts = said.model_dump(include={"fields", "given_on", "until", "recorded_by"})
    witnesses = [said.recorded_by, act.caller.id]
    consent = made(match, id=consent_id, given_how=BY_WORD, witnesses=witnesses, **facts)
    await let_hold(act.tx, match, consent, today)
    return match


async def let_hold(tx: Tx, match: Match, consent: Consent, on: date) -> None:
    """Keep a consent, and tell that she gave it."""
    await forget_unconfirmed(tx, match.id)
    tx.add(consent)
    answered = CandidateAnswered(match_id=match.id, unit=match.unit, act_by=match.deadline)
    given = ConsentGiven.from_row(consent, consent_id=consent.id)
    await outbox.tell_all(tx, [answered, given], on=on)


async def take_back(act: Act[Profile], match_id: UUID, how: str) -> Match:
    """End her consent, in whatever form she takes it back; what was shown is hidden at once."""
    held = await lock_match_to_end(act.tx, await queries.match(act, match_id))
    return await end_given_consent(act, held, how)


async def end_given_consent(act: Act[Profile], held: HeldMatch, how: str) -> Match:
    """End her consent, or what she said that waits for its witness: one word is enough.

    A match that isn't accepted ends with it, told as one that is withdrawn. A placement stays. Of
    one that is over nothing holds any more, whoever or whatever was quicker.
    """
    match, given = held.match, await given_consent(act.tx, held.match)
    if given is None:
        if match.open:
            raise NotAllowed("no_consent", "There is no consent that holds.")
        return match
    check_order(act.on, given.given_on)
    if match.open:
        day = max(act.on, match.since)
        await end(act.tx, match, held.place, "withdraw", act.caller.role, day, "consent_withdrawn")
        if isinstance(given, Consent):
            note_end(given, how, act.on)
    elif isinstance(given, Consent):
        await end_consent(act.tx, given, how, act.on)
    return match


async def given_consent(tx: Tx, match: Match) -> Consent | UnconfirmedConsent | None:
    """Give her consent, or what she said that waits for its second witness."""
    waiting = await queries.unconfirmed(tx, [match])
    return await queries.consent_of(tx, match.id) or waiting.get(match.id)
