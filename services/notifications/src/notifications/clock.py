"""Time in: what is due today and not yet done."""

from datetime import date

from notifications import queries
from notifications.commands import dispatch, notice, retention
from shared.database import Tx
from shared.time import clock

due = (
    notice.expire,
    retention.forget_what_is_over,
    retention.forget_who_left,
    dispatch.dispatch_due,
)
THINGS = ("notices", "mails", "candidates", "unreadable_addresses", "notices_of_another_release")


async def waiting(tx: Tx, today: date) -> dict[str, int]:
    """Count what is due, by kind."""
    return {"notices": await queries.count_due(tx, today, clock.now())}
