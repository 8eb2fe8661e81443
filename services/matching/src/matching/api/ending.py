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
from shared.database import Tx
from shared.http.access import Calling
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import happened

router = APIRouter(
    prefix="/placements/{placement_id}", tags=["placements"], route_class=IdempotentRoute
)


@router.post("/completion", status_code=201, openapi_extra=may(PLACEMENT.roles["complete"]))
async def complete(
    placement_id: UUID, new: NewCompletion, caller: Calling, network: WithBoth, tx: Tx
) -> PlacementView:
    """Record that it went on to its planned end."""
    on = await happened(tx, new.ended_on, "ended_on")
    return view(await commands.complete(tx, caller, network, placement_id, on))


@router.post(
    "/partial-completion", status_code=201, openapi_extra=may(PLACEMENT.roles["complete_partly"])
)
async def complete_partly(
    placement_id: UUID, new: NewPartialCompletion, caller: Calling, network: WithBoth, tx: Tx
) -> PlacementView:
    """Record that a part of it was done."""
    last_day = await happened(tx, new.last_day, "last_day")
    return view(
        await commands.complete_partly(
            tx, caller, network, placement_id, last_day, new.missed_minutes
        )
    )


@router.post("/no-show", status_code=201, openapi_extra=may(PLACEMENT.roles["miss"]))
async def miss(
    placement_id: UUID, new: NewNoShow, caller: Calling, network: WithBoth, tx: Tx
) -> PlacementView:
    """Record that it never began."""
    on = await happened(tx, new.found_on, "found_on")
    return view(await commands.miss(tx, caller, network, placement_id, on))


@router.post("/interruption", status_code=201, openapi_extra=may(PLACEMENT.roles["interrupt"]))
async def interrupt(
    placement_id: UUID, new: NewInterruption, caller: Calling, network: WithBoth, tx: Tx
) -> PlacementView:
    """Record that it ended early; the ground is sealed and stands in no answer to this call."""
    on = await happened(tx, new.ended_on, "ended_on")
    why = {"ground": new.ground, "side": new.side}
    return view(await commands.interrupt(tx, caller, network, placement_id, why, on))
