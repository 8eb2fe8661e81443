"""Matches begin: a caseworker picks, asks the candidate, and with her consent the employer."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col

from jobbpakten_events.matching import CandidateAsked, EmployerAsked, MatchProposed
from matching.commands.checks import check_available, check_consented, check_fits, check_member
from matching.commands.consequences import lock_candidate_for, lock_current_match
from matching.commands.locks import lock_places
from matching.commands.matches.transitions import catch_up, open_matches
from matching.commands.places import slots
from matching.models import Candidate, Match, MatchRun, Member, Place
from matching.profiles import Profile
from matching.queries import match as queries
from matching.queries.place import accepts_matches, is_unsettled
from matching.rules.consent import check_fields, last_chance
from matching.rules.match import MATCH
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import NotAllowed, NotFound, Unfit, advance, by_a_person, check_order
from shared.messaging import outbox
from shared.time import clock


class Pick(NamedTuple):
    """Whom a caseworker picks for which place, and from which run, if from one."""

    match_id: UUID
    place_id: UUID
    candidate_ref: UUID
    run_id: UUID | None = None


async def propose(act: Act[Profile], pick: Pick) -> Match:
    """Propose a candidate for a place; both are free for it, and she is known to fit."""
    MATCH.step("", "propose", act.caller.role)
    candidate = await lock_candidate_for(act, pick.candidate_ref)
    check_available(candidate)
    check_free(candidate)
    place = await place_of(act.tx, act.profile, pick.place_id)
    check_order(act.on, max(candidate.registered_on, place.since))
    await check_accepts(act.tx, place)
    await check_fits(act.tx, candidate, place, await clock.today(act.tx))
    await check_room(act.tx, act.profile, candidate, place)
    await check_run(act, pick)
    match = made(act, candidate, place, pick)
    until = last_chance(place.ends_before)
    advance(match, MATCH, "propose", act.caller.role, act.on, limits=act.profile, until=until)
    act.tx.add(match)
    event = MatchProposed.from_row(
        match, match_id=match.id, offer=place.offer, act_by=match.deadline
    )
    await outbox.tell(act.tx, event, on=act.on)
    return match


async def place_of(tx: Tx, profile: Profile, place_id: UUID) -> Place:
    found = await lock_places(tx, [place_id])
    if not found or found[0].network != profile.network:
        raise NotFound
    return found[0]


def check_free(candidate: Candidate) -> None:
    """Refuse her who has a placement, or is about to have one, though she is to be seen there."""
    if candidate.state != "visible":
        raise NotAllowed("not_free", "The candidate has a placement already, under way or to come.")


async def check_accepts(tx: Tx, place: Place) -> None:
    """Refuse a place that takes nobody, also one that hasn't followed its member yet."""
    member = await tx.get(Member, place.membership_id, populate_existing=True)
    stands = member is not None and not (member.suspended_on or member.ended_on)
    stands = stands and not await is_unsettled(tx, place.membership_id, place.commitment_id)
    if not (stands and accepts_matches(place, await clock.today(tx))):
        raise NotAllowed("place_not_open", "The place takes no matches at the moment.")


async def check_room(tx: Tx, profile: Profile, candidate: Candidate, place: Place) -> None:
    """Refuse one match more than a candidate or a place may be in; their rows are ours."""
    of_candidate, there = col(Match.candidate_ref) == candidate.id, col(Match.place_id) == place.id
    for void in await open_matches(tx, of_candidate & there):
        await catch_up(tx, void, place)
    await tx.flush()
    if await queries.count_open(tx, of_candidate & there):
        raise NotAllowed("already_proposed", "The candidate is already proposed for this place.")
    if await queries.count_open(tx, of_candidate) >= profile.limits.matches_of_candidate:
        raise NotAllowed("too_many_of_candidate", "The candidate is in as many matches as allowed.")
    if await queries.count_open(tx, there) >= profile.limits.matches_at_place:
        raise NotAllowed("too_many_at_place", "The place has as many matches as it may have.")


async def check_run(act: Act[Profile], pick: Pick) -> None:
    """Refuse a run that isn't the unit's, or didn't rank her for this place."""
    if pick.run_id is None:
        return
    run = await act.tx.get(MatchRun, pick.run_id)
    ranked = await queries.was_ranked(act.tx, pick.run_id, pick.place_id, pick.candidate_ref)
    if run is None or run.unit != act.caller.unit or not ranked:
        raise Unfit("/run_id", "not_in_run", "That run didn't rank the candidate for this place.")


def made(act: Act[Profile], candidate: Candidate, place: Place, pick: Pick) -> Match:
    return Match(
        id=pick.match_id,
        network=candidate.network,
        place_id=place.id,
        candidate_ref=candidate.id,
        organisation_id=place.organisation_id,
        unit=candidate.unit,
        run_id=pick.run_id,
        picked_by=by_a_person(act.caller),
        since=act.on,
    )


async def ask(act: Act[Profile], match_id: UUID, fields: Sequence[str], answer_by: date) -> Match:
    """Ask the candidate whether these details may be shown to this employer."""
    match, candidate, place, _ = await lock_current_match(
        act.tx, await queries.match(act, match_id)
    )
    check_available(candidate)
    check_fields("/fields", fields, act.profile.consent_fields)
    days, allowed = (answer_by - act.on).days, act.profile.limits.candidate_answer_days
    if not allowed.at_least <= days <= allowed.at_most:
        text = f"The candidate has {allowed.at_least} to {allowed.at_most} days for the answer."
        raise Unfit("/answer_by", "days_amiss", text)
    if answer_by < await clock.today(act.tx):
        raise Unfit("/answer_by", "already_over", "The candidate needs a day to answer on.")
    if answer_by > (latest := last_chance(place.ends_before)):
        raise Unfit("/answer_by", "after_the_place", f"The place's last day is {latest}.")
    advance(match, MATCH, "ask", act.caller.role, act.on, limits=act.profile)
    match.deadline = answer_by
    await check_accepts(act.tx, place)
    match.asked_fields = sorted(set(fields))
    event = CandidateAsked.from_row(match, match_id=match.id, act_by=answer_by)
    await outbox.tell(act.tx, event, on=act.on)
    return match


async def ask_employer(act: Act[Profile], match_id: UUID, answer_by: date | None) -> Match:
    """Show the candidate to the employer and ask it; a slot is hers until the answer is due."""
    match, candidate, place, _ = await lock_current_match(
        act.tx, await queries.match(act, match_id)
    )
    check_available(candidate)
    advance(match, MATCH, "release", act.caller.role, act.on, limits=act.profile)
    await check_fits(act.tx, candidate, place, await clock.today(act.tx))
    consent, today = await check_consented(act.tx, match.id), await clock.today(act.tx)
    await check_member(act.tx, place, today)
    await check_accepts(act.tx, place)
    latest = act.profile.deadlines.employer_answer.after(act.on)
    until = min(answer_by or latest, latest, last_chance(place.ends_before, consent.until))
    if until < today:
        raise Unfit("/answer_by", "already_over", "The employer needs a day to answer on.")
    match.deadline = until
    await slots.reserve(act.tx, place, match.id, until, act.on)
    event = EmployerAsked.from_row(match, match_id=match.id, act_by=until)
    await outbox.tell(act.tx, event, on=act.on)
    return match
