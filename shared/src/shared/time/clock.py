"""Two times: recorded time is the wall clock, business time is the day that rules see."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text

from shared.database import Tx

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def now() -> datetime:
    """Give the recorded time, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


async def today(tx: Tx) -> date:
    """Give the business day: Stockholm's, or the one that somebody has set."""
    if tx.day is None:  # one day for one transaction, also at midnight
        tx.day = await _set_by_hand(tx) or now().astimezone(STOCKHOLM).date()
    return tx.day


async def _set_by_hand(tx: Tx) -> date | None:
    if tx.settings.clock != "manual":
        return None
    day: date | None = await (await tx.connection()).scalar(text("SELECT today FROM clock"))
    return day
