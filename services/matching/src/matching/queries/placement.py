"""What matching can be asked about placements: staff their unit's, an employer its own."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from matching.models import Placement
from matching.queries.match import is_ours, is_theirs
from shared.database import Tx
from shared.http.access import Caller
from shared.machines import NotFound


async def placement(tx: Tx, caller: Caller, network: str, placement_id: UUID) -> Placement:
    """Give one placement; what it says of the person is the view's matter."""
    found = await tx.get(Placement, placement_id)
    if found is None or found.network != network or not may_see(caller, found):
        raise NotFound
    return found


def may_see(caller: Caller, placement: Placement) -> bool:
    coordinates = caller.role == "coordinator" and not caller.organisation
    return coordinates or is_ours(caller, placement) or is_theirs(caller, placement)


async def placements(
    tx: Tx, caller: Caller, network: str, after: UUID | None, limit: int
) -> Sequence[Placement]:
    """Give placements in the order in which they were planned."""
    found = select(Placement).where(col(Placement.network) == network)
    if caller.role == "contact_person" and caller.organisation:
        found = found.where(col(Placement.organisation_id) == caller.organisation)
    elif caller.role == "caseworker" and caller.unit and not caller.organisation:
        found = found.where(col(Placement.unit) == caller.unit)
    elif caller.role != "coordinator" or caller.organisation:
        raise NotFound
    if after:
        found = found.where(col(Placement.id) > after)
    return (await tx.exec(found.order_by(col(Placement.id)).limit(limit))).all()
