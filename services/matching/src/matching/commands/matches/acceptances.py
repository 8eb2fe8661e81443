"""A match is accepted by a second pair of eyes; what competes with it is over."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col

from jobbpakten_events.matching import MatchAccepted
from jobbpakten_events.placement import PlacementPlanned
from matching.commands.checks import check_available, check_consented, check_fits, check_member
from matching.commands.consequences import enter, lock_current_candidate, lock_match_of
from matching.commands.locks import HeldMatch
from matching.commands.matches.transitions import catch_up, end, open_matches, places_of
from matching.commands.places import slots
from matching.models import Match, Placement
from matching.profiles import Profile
from matching.queries import match as queries
from matching.rules.consent import check_reaches, last_chance
from matching.rules.match import ACCEPTED_ELSEWHERE, MATCH
from matching.rules.place import room
from matching.rules.placement import PLACEMENT, check_period
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import Unfit, advance, four_eyes
from shared.messaging import outbox
from shared.time import clock


class Plan(NamedTuple):
    """The placement that is to come: its id and its days."""

    placement_id: UUID
    starts_on: date
    ends_before: date


async def accept(act: Act[Profile], match_id: UUID, plan: Plan) -> Placement:
    """Accept what both sides said yes to: the slot is hers, and a placement is planned."""
    read = await queries.for_staff(act, match_id)
    candidate = await lock_current_candidate(act.tx, read.candidate_ref)
    held = await lock_match_of(act.tx, read, candidate, await places_of(act.tx, candidate.id))
    match = await queries.for_staff(act, match_id)  # still, under its lock
    advance(match, MATCH, "accept", act.caller.role, act.on, limits=act.profile)
    check_available(held.candidate)  # of her whose match is accepted already nothing is said
    four_eyes(act.caller, match.picked_by)
    consent = await check_consented(act.tx, match.id)
    await check_member(act.tx, held.place, await clock.today(act.tx))
    await check_fits(act.tx, held.candidate, held.place, await clock.today(act.tx))
    check_plan(act.profile, held, plan, act.on)
    check_reaches("/starts_on", consent.until, plan.starts_on)
    match.open = False
    await slots.occupy(act.tx, held.place, match.id, act.on)
    await supersede(act.tx, held, act.on)
    await enter(act.tx, held.candidate, "match", act.on)
    placement = planned(act, held, plan, last_chance(plan.ends_before, consent.until))
    act.tx.add(placement)
    await tell_accepted(act.tx, placement, act.on)
    return placement


def check_plan(profile: Profile, held: HeldMatch, plan: Plan, on: date) -> None:
    if plan.starts_on < on:
        raise Unfit("/starts_on", "before_the_acceptance", "It begins after it was accepted.")
    period = held.place.starts_on, held.place.ends_before
    latest = profile.ends_by(held.place.offer, plan.starts_on)
    check_period(plan.starts_on, plan.ends_before, period, latest)


async def supersede(tx: Tx, held: HeldMatch, on: date) -> None:
    """End what the acceptance leaves no room for: her other matches, and others' where it is full.

    A match that a slot is kept for has its room, and where one is, the place isn't full.
    """
    rivals = [*await open_matches(tx, col(Match.candidate_ref) == held.candidate.id)]
    in_use = await slots.slots_in_use(tx, held.place)
    if room(held.place.slots, [one.state for one in in_use]) != "open":
        rivals += await open_matches(tx, col(Match.place_id) == held.place.id)
    for match in rivals:
        place = held.others[match.place_id]
        await catch_up(tx, match, place)
        if not match.open:
            continue
        because = ACCEPTED_ELSEWHERE if match.candidate_ref == held.candidate.id else None
        await end(tx, match, place, "supersede", "system", max(on, match.since), because)


def planned(act: Act[Profile], held: HeldMatch, plan: Plan, until: date) -> Placement:
    match, place = held.match, held.place
    placement = Placement(
        id=plan.placement_id,
        network=match.network,
        match_id=match.id,
        place_id=place.id,
        candidate_ref=match.candidate_ref,
        organisation_id=match.organisation_id,
        commitment_id=place.commitment_id,
        unit=match.unit,
        offer=place.offer,
        area=place.area,
        since=act.on,
        starts_on=plan.starts_on,
        ends_before=plan.ends_before,
    )
    advance(placement, PLACEMENT, "plan", act.caller.role, act.on, limits=act.profile, until=until)
    return placement


async def tell_accepted(tx: Tx, placement: Placement, on: date) -> None:
    accepted = MatchAccepted.from_row(placement, placement_id=placement.id)
    planning = PlacementPlanned.from_row(
        placement, placement_id=placement.id, act_by=placement.deadline
    )
    await outbox.tell_all(tx, [accepted, planning], on=on)
