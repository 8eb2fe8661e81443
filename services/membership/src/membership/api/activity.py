"""Activities over HTTP: what was held under a commitment."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from membership.api.acts import Network
from membership.commands import activity as commands
from membership.rules.commitment import COMMITMENT
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body, View

router = APIRouter(tags=["activities"], route_class=IdempotentRoute)


class NewActivity(Body):
    held_on: ActDay = None


class ActivityView(View):
    activity_id: UUID
    commitment_id: UUID
    held_on: date


@router.post(
    "/commitments/{commitment_id}/activities",
    status_code=201,
    openapi_extra=may(COMMITMENT.roles["hold"]),
)
async def record_activity(commitment_id: UUID, new: NewActivity, act: Network) -> ActivityView:
    """Record that a promised study visit or lecture was held."""
    act = await act.happened(new.held_on, "held_on")
    activity = await commands.record(act, commitment_id, uuid7())
    return ActivityView(activity_id=activity.id, commitment_id=commitment_id, held_on=act.on)
