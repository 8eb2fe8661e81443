"""Activities: what was held under a commitment."""

from uuid import UUID

from jobbpakten_events.membership import ActivityHeld
from membership.commands.commitment import locked_commitment
from membership.models import Activity, Membership
from membership.profiles import Profile
from membership.rules.activity import check_activity, check_member
from membership.rules.commitment import COMMITMENT
from shared.http.acts import Act
from shared.messaging import outbox


async def record(act: Act[Profile], commitment_id: UUID, activity_id: UUID) -> Activity:
    """Record a visit or lecture; it may have been held before the latest change, or release."""
    commitment = await locked_commitment(act, commitment_id)
    COMMITMENT.step(commitment.state, "hold", act.caller.role)
    released_on = commitment.since if commitment.state == "released" else None
    check_activity(commitment.kept_by, act.on, commitment.starts_on, released_on)
    membership = await act.tx.get_one(Membership, commitment.membership_id)
    check_member(act.on, membership.suspensions)
    activity = Activity(
        id=activity_id, commitment_id=commitment.id, held_on=act.on, recorded_by=act.caller.id
    )
    act.tx.add(activity)
    event = ActivityHeld(
        activity_id=activity.id, commitment_id=commitment.id, offer=commitment.offer
    )
    await outbox.tell(act.tx, event, on=act.on)
    return activity
