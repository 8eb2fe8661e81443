"""Time in: what is due today and not yet done."""

from datetime import date

from followup.commands.lapse import lapse
from shared.database import Tx


async def due(tx: Tx, today: date) -> int:
    """Find the commitments whose period has ended since somebody last looked; tell how many."""
    return await lapse(tx, today)
