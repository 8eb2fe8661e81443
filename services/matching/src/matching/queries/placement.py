"""What matching can be asked about placements: staff their unit's, an employer its own."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from matching.models import Placement
from matching.profiles import Profile
from matching.rules.access import coordinates, employer_of, has_cases, may_see_placement
from shared.http.acts import Act
from shared.http.paging import Page
from shared.machines import NotFound


async def placement(act: Act[Profile], placement_id: UUID) -> Placement:
    """Give one placement; what it says of the person is the view's matter."""
    found = await act.tx.get(Placement, placement_id)
    if found is None or found.network != act.network:
        raise NotFound
    if not may_see_placement(act.caller, found.unit, found.organisation_id):
        raise NotFound
    return found


async def placements(act: Act[Profile], asked: Page) -> Sequence[Placement]:
    """Give placements in the order in which they were planned."""
    found = select(Placement).where(col(Placement.network) == act.network)
    if own := employer_of(act.caller):
        found = found.where(col(Placement.organisation_id) == own)
    elif has_cases(act.caller):
        found = found.where(col(Placement.unit) == act.caller.unit)
    elif not coordinates(act.caller):
        raise NotFound
    return await asked.read(act.tx, found, col(Placement.id))
