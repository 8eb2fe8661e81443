"""Time in: what is due today and not yet done."""

from collections.abc import Awaitable, Callable
from datetime import date

from matching.commands import closing, match, visibility
from shared.database import Tx

# In this order: a candidate who is hidden today loses her matches before they are looked at.
PARTS: tuple[Callable[[Tx, date], Awaitable[int]], ...] = (
    visibility.due,
    match.expire,
    closing.close_what_is_over,
)


async def due(tx: Tx, today: date) -> int:
    """Do all that is due and not yet done; give how many."""
    return sum([await part(tx, today) for part in PARTS])
