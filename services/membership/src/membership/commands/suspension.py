"""Suspension: a member stands aside for a coded reason, until it is a member again."""

from datetime import date
from uuid import UUID

from jobbpakten_events.membership import MembershipReinstated, MembershipSuspended
from membership import queries
from membership.commands.membership import advance, applicants, lock_membership
from membership.models import Membership
from membership.profiles import Profile
from membership.rules.agreement import Terms
from shared.database import Tx
from shared.http.access import Caller
from shared.machines import Unfit, four_eyes
from shared.messaging import outbox


async def suspend(
    tx: Tx, caller: Caller, profile: Profile, membership_id: UUID, ground: str, on: date
) -> Membership:
    """Let nobody new be placed with a member; who works there stays."""
    membership = await stepped(tx, caller, profile, membership_id, "suspend", on)
    if ground not in profile.suspension_grounds:
        text = "A suspension names one of the profile's grounds."
        raise Unfit("/ground", "unknown_ground", text)
    membership.ground = ground
    organisation = membership.organisation_id
    event = MembershipSuspended(
        membership_id=membership.id, organisation_id=organisation, ground=ground
    )
    await outbox.tell(tx, event, on=on)
    return membership


async def reinstate(
    tx: Tx, caller: Caller, profile: Profile, membership_id: UUID, on: date
) -> Membership:
    """Make the suspended organisation a member again, for the term that was agreed."""
    membership = await stepped(tx, caller, profile, membership_id, "reinstate", on)
    agreement = await queries.agreement_of(tx, membership.id)
    membership.deadline = Terms.of(agreement.terms).term.last_day if agreement else None
    membership.ground = None
    event = MembershipReinstated(
        membership_id=membership.id, organisation_id=membership.organisation_id
    )
    await outbox.tell(tx, event, on=on)
    return membership


async def stepped(
    tx: Tx, caller: Caller, profile: Profile, membership_id: UUID, by: str, on: date
) -> Membership:
    """Take a decider's step; nobody decides on a membership that she applied for."""
    membership = await lock_membership(tx, caller, profile.network, membership_id)
    advance(membership, by, caller.role, profile, on)
    for other in applicants(membership):
        four_eyes(other, caller.id)
    membership.turns = [*membership.turns, on]
    return membership
