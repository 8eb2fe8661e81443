"""Suspensions over HTTP: a decider suspends a member, and makes it one again."""

from uuid import UUID

from fastapi import APIRouter

from membership.api.acts import Network
from membership.api.membership import StandingView, view_standing
from membership.commands import suspension as commands
from shared import clock
from shared.access import Calling
from shared.acts import ActDay, Body, Code, happened
from shared.answers import Once
from shared.database import Tx

router = APIRouter(prefix="/members/{membership_id}", tags=["suspension"], route_class=Once)


class NewSuspension(Body):
    ground: Code
    suspended_on: ActDay = None


class NewReinstatement(Body):
    reinstated_on: ActDay = None


@router.post("/suspension", status_code=201)
async def suspend(
    membership_id: UUID, new: NewSuspension, caller: Calling, network: Network, tx: Tx
) -> StandingView:
    """Suspend a member on one of the profile's grounds; the member's view says how to review it."""
    on = await happened(tx, new.suspended_on, "suspended_on")
    membership = await commands.suspend(tx, caller, network, membership_id, new.ground, on)
    return view_standing(membership, await clock.today(tx))


@router.post("/reinstatement", status_code=201)
async def reinstate(
    membership_id: UUID, new: NewReinstatement, caller: Calling, network: Network, tx: Tx
) -> StandingView:
    """Make a suspended organisation a member again."""
    on = await happened(tx, new.reinstated_on, "reinstated_on")
    membership = await commands.reinstate(tx, caller, network, membership_id, on)
    return view_standing(membership, await clock.today(tx))
