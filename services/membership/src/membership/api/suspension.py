"""Suspensions over HTTP: a decider suspends a member, and makes it one again."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from jobbpakten_events import Code
from membership.api.acts import Network
from membership.api.membership import StandingView, view_standing
from membership.commands import suspension as commands
from membership.rules.membership import MEMBERSHIP
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body
from shared.time import clock

router = APIRouter(
    prefix="/members/{membership_id}", tags=["suspension"], route_class=IdempotentRoute
)


class NewSuspension(Body):
    ground: Code = Field(examples=["working_conditions"])
    suspended_on: ActDay = None


class NewReinstatement(Body):
    reinstated_on: ActDay = None


@router.post("/suspension", status_code=201, openapi_extra=may(MEMBERSHIP.roles["suspend"]))
async def suspend(membership_id: UUID, new: NewSuspension, act: Network) -> StandingView:
    """Suspend a member on one of the profile's grounds; the member's view says how to review it."""
    act = await act.happened(new.suspended_on, "suspended_on")
    membership = await commands.suspend(act, membership_id, new.ground)
    return view_standing(membership, await clock.today(act.tx))


@router.post("/reinstatement", status_code=201, openapi_extra=may(MEMBERSHIP.roles["reinstate"]))
async def reinstate(membership_id: UUID, new: NewReinstatement, act: Network) -> StandingView:
    """Make a suspended organisation a member again."""
    act = await act.happened(new.reinstated_on, "reinstated_on")
    membership = await commands.reinstate(act, membership_id)
    return view_standing(membership, await clock.today(act.tx))
