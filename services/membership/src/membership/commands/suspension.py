"""Suspension: a member stands aside for a coded reason, until it is a member again."""

from datetime import date
from uuid import UUID

from jobbpakten_events.membership import MembershipReinstated, MembershipSuspended
from membership import queries
from membership.commands.membership import applicants, lock_membership
from membership.models import Membership
from membership.profiles import Profile
from membership.rules.agreement import Terms
from membership.rules.membership import MEMBERSHIP, Suspension
from shared.http.acts import Act
from shared.machines import Unfit, advance, earliest, four_eyes
from shared.messaging import outbox


async def suspend(act: Act[Profile], membership_id: UUID, ground: str) -> Membership:
    """Let nobody new be placed with a member; who works there stays."""
    membership, _ = await stepped(act, membership_id, "suspend")
    if ground not in act.profile.suspension_grounds:
        text = "A suspension names one of the profile's grounds."
        raise Unfit("/ground", "unknown_ground", text)
    membership.deadline = earliest(membership.deadline, await last_day_of(act, membership))
    membership.ground = ground
    membership.suspensions = [*membership.suspensions, Suspension(act.on)]
    event = MembershipSuspended.from_row(membership, membership_id=membership.id)
    await outbox.tell(act.tx, event, on=act.on)
    return membership


async def reinstate(act: Act[Profile], membership_id: UUID) -> Membership:
    """Make the suspended organisation a member again, for the term that was agreed."""
    membership, suspended_on = await stepped(act, membership_id, "reinstate")
    membership.deadline = await last_day_of(act, membership)
    membership.ground = None
    # Its first day is the membership's own: a release may have suspended it that noted none.
    earlier = [one for one in membership.suspensions if one.reinstated_on]
    membership.suspensions = [*earlier, Suspension(suspended_on, act.on)]
    event = MembershipReinstated.from_row(membership, membership_id=membership.id)
    await outbox.tell(act.tx, event, on=act.on)
    return membership


async def last_day_of(act: Act[Profile], membership: Membership) -> date | None:
    """Give the last day of what was agreed on."""
    agreement = await queries.agreement_of(act.tx, membership.id)
    return Terms.of(agreement.terms).term.last_day if agreement else None


async def stepped(act: Act[Profile], membership_id: UUID, by: str) -> tuple[Membership, date]:
    """Take a decider's step, and give since when it stood where it did.

    Nobody decides on a membership that she applied for.
    """
    membership = await lock_membership(act, membership_id)
    since = membership.since
    advance(membership, MEMBERSHIP, by, act.caller.role, act.on, limits=act.profile)
    four_eyes(act.caller, *applicants(membership))
    return membership, since
