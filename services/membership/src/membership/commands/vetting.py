"""Vettings: one officer prepares, another person decides."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from jobbpakten_events import Event
from jobbpakten_events.membership import (
    MembershipApproved,
    MembershipRejected,
    VettingDecided,
    VettingStarted,
)
from membership import queries
from membership.commands.membership import applicants, check_complete, lock_membership
from membership.models import Membership, Vetting
from membership.profiles import Profile
from membership.rules.membership import MEMBERSHIP
from membership.rules.vetting import DECIDE, VETTING, check_ground, check_outcome, unmet
from shared.http.acts import Act
from shared.machines import NotFound, Unfit, advance, by_a_person, check_order, four_eyes, take
from shared.messaging import outbox

Answers = Mapping[str, dict[str, str | None]]


async def start(act: Act[Profile], membership_id: UUID, vetting_id: UUID) -> Vetting:
    membership = await lock_membership(act, membership_id)
    advance(membership, MEMBERSHIP, "start_vetting", act.caller.role, act.on, limits=act.profile)
    check_complete(membership, act.on)
    vetting = Vetting(
        id=vetting_id,
        membership_id=membership.id,
        since=act.on,
        prepared_by=[by_a_person(act.caller)],
    )
    take(vetting, VETTING, "start", act.caller.role, act.on)
    act.tx.add(vetting)
    event = VettingStarted(membership_id=membership.id, vetting_id=vetting.id)
    await outbox.tell(act.tx, event, on=act.on)
    return vetting


async def answer(act: Act[Profile], membership_id: UUID, answers: Answers) -> Vetting:
    """Answer items of the checklist; what isn't named keeps its answer."""
    _, vetting = await locked_vetting(act, membership_id)
    take(vetting, VETTING, "answer", act.caller.role, act.on)
    for place, item in enumerate(answers):
        if item not in act.profile.checklist:
            text = "The network's checklist has no such item."
            raise Unfit(f"/answers/{place}/item", "unknown_item", text)
    vetting.answers = {**vetting.answers, **answers}
    vetting.answered_on = max(act.on, vetting.answered_on or act.on)
    vetting.prepared_by = sorted({*vetting.prepared_by, by_a_person(act.caller)})
    return vetting


async def decide(
    act: Act[Profile], membership_id: UUID, outcome: str, ground: str | None
) -> Vetting:
    """Decide what another person prepared, on the facts of the checklist."""
    membership, vetting = await locked_vetting(act, membership_id)
    take(vetting, VETTING, DECIDE[outcome], act.caller.role, act.on)
    check_order(act.on, vetting.answered_on)
    four_eyes(act.caller, *vetting.prepared_by, *applicants(membership))
    open_items = unmet(act.profile.checklist, vetting.given)
    check_outcome(outcome, open_items)
    grounds = {code: ground.rests_on for code, ground in act.profile.refusal_grounds.items()}
    check_ground(outcome, ground, grounds, open_items)
    vetting.conditions = [*open_items] if outcome == "accepted_with_conditions" else []
    vetting.ground, vetting.decided_by = ground, act.caller.id
    step = "reject" if ground else "approve"
    advance(membership, MEMBERSHIP, step, act.caller.role, act.on, limits=act.profile)
    membership.ground = ground
    review = act.profile.deadlines.review.after(act.on)
    await outbox.tell_all(act.tx, decision(membership, vetting, outcome, review), on=act.on)
    return vetting


def decision(membership: Membership, vetting: Vetting, outcome: str, review: date) -> list[Event]:
    """Give what is told of a decision, in the order in which it happened.

    `review` is the last day on which a refused applicant may ask for a review.
    """
    decided = VettingDecided(membership_id=membership.id, vetting_id=vetting.id, outcome=outcome)
    who = {"membership_id": membership.id, "organisation_id": membership.organisation_id}
    if membership.ground:
        return [decided, MembershipRejected(**who, ground=membership.ground, act_by=review)]
    return [decided, MembershipApproved(**who, act_by=membership.deadline)]


async def locked_vetting(act: Act[Profile], membership_id: UUID) -> tuple[Membership, Vetting]:
    """Take a membership with its vetting; NotFound without one."""
    membership = await lock_membership(act, membership_id)
    vetting = await queries.vetting_of(act.tx, membership.id)
    if vetting is None:
        raise NotFound
    return membership, vetting
