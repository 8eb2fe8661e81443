"""Time in: what is due today and not yet done."""

from datetime import date

from membership.commands import membership
from shared.database import Tx


async def due(tx: Tx, today: date) -> int:
    """End approvals that didn't become an agreement in time; give how many."""
    return await membership.lapse(tx, today)
