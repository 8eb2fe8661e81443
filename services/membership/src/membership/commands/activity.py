"""Activities: what was held under a commitment."""

from datetime import date
from uuid import UUID

from jobbpakten_events.membership import ActivityHeld
from membership.commands.commitment import locked_commitment
from membership.models import Activity, Membership
from membership.profiles import Profile
from membership.rules.activity import check_activity, check_member
from membership.rules.commitment import COMMITMENT
from shared.database import Tx
from shared.http.access import Caller
from shared.messaging import outbox


async def record(
    tx: Tx, caller: Caller, profile: Profile, commitment_id: UUID, activity_id: UUID, on: date
) -> Activity:
    """Record a visit or lecture; it may have been held before the latest change, or release."""
    commitment = await locked_commitment(tx, caller, profile.network, commitment_id)
    COMMITMENT.step(commitment.state, "hold", caller.role)
    released_on = commitment.since if commitment.state == "released" else None
    check_activity(commitment.kept_by, on, commitment.starts_on, released_on)
    membership = await tx.get_one(Membership, commitment.membership_id)
    check_member(on, membership.turns)
    activity = Activity(
        id=activity_id, commitment_id=commitment.id, held_on=on, recorded_by=caller.id
    )
    tx.add(activity)
    event = ActivityHeld(
        activity_id=activity.id, commitment_id=commitment.id, offer=commitment.offer
    )
    await outbox.tell(tx, event, on=on)
    return activity
