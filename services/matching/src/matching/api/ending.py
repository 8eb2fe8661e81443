"""How placements end, over HTTP: completed, completed in part, never begun, interrupted."""

from uuid import UUID

from fastapi import APIRouter

from matching.api.acts import WithBoth
from matching.api.placement import (
    NewCompletion,
    NewInterruption,
    NewNoShow,
    NewPartialCompletion,
    PlacementView,
    view,
)
from matching.commands.placements import endings as commands
from matching.rules.placement import PLACEMENT
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute

router = APIRouter(
    prefix="/placements/{placement_id}", tags=["placements"], route_class=IdempotentRoute
)


@router.post("/completion", status_code=201, openapi_extra=may(PLACEMENT.roles["complete"]))
async def complete(placement_id: UUID, new: NewCompletion, act: WithBoth) -> PlacementView:
    """Record that it went on to its planned end."""
    act = await act.happened(new.ended_on, "ended_on")
    return view(await commands.complete(act, placement_id))


@router.post(
    "/partial-completion", status_code=201, openapi_extra=may(PLACEMENT.roles["complete_partly"])
)
async def complete_partly(
    placement_id: UUID, new: NewPartialCompletion, act: WithBoth
) -> PlacementView:
    """Record that a part of it was done."""
    act = await act.happened(new.last_day, "last_day")
    return view(await commands.complete_partly(act, placement_id, new.missed_minutes))


@router.post("/no-show", status_code=201, openapi_extra=may(PLACEMENT.roles["miss"]))
async def miss(placement_id: UUID, new: NewNoShow, act: WithBoth) -> PlacementView:
    """Record that it never began."""
    act = await act.happened(new.found_on, "found_on")
    return view(await commands.miss(act, placement_id))


@router.post("/interruption", status_code=201, openapi_extra=may(PLACEMENT.roles["interrupt"]))
async def interrupt(placement_id: UUID, new: NewInterruption, act: WithBoth) -> PlacementView:
    """Record that it ended early; the ground is sealed and stands in no answer to this call.

    Before the planned end, also of one that hasn't begun.
    """
    act = await act.happened(new.ended_on, "ended_on")
    why = {"ground": new.ground, "side": new.side}
    return view(await commands.interrupt(act, placement_id, why))
