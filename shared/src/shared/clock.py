"""Two times: recorded time is the wall clock, business time is the day that rules see."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import structlog
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from uuid_utils.compat import uuid7

from shared.access import Calling
from shared.causes import Cause, because
from shared.database import Database, Tx
from shared.logs import describe
from shared.machines import NotAllowed, NotFound

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ROUND_SECONDS = 60
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7071073)")
SET = text("""INSERT INTO clock (today) VALUES (:today)
              ON CONFLICT (only_row) DO UPDATE SET today = :today WHERE clock.today <= :today
              RETURNING today""")

Due = Callable[[Tx, date], Awaitable[int]]
log = structlog.get_logger()


def now() -> datetime:
    """Give the recorded time, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


async def today(tx: Tx) -> date:
    """Give the business day: Stockholm's, or the one that somebody has set."""
    if "today" not in tx.info:  # one day for one transaction, also at midnight
        tx.info["today"] = await _set_by_hand(tx) or now().astimezone(STOCKHOLM).date()
    day: date = tx.info["today"]
    return day


async def _set_by_hand(tx: Tx) -> date | None:
    if tx.info["clock"] != "manual":
        return None
    connection = await tx.connection()
    day: date | None = await connection.scalar(text("SELECT today FROM clock"))
    return day


@cache
def free_days() -> holidays.HolidayBase:
    """Load the calendar when somebody counts days: 8 MB that not every service needs."""
    # Lag (1930:173) 2 §: the eves of Midsummer, Christmas and New Year count as free days.
    return holidays.country_holidays("SE", categories=("public", "de_facto"))


def working_days_after(start: date, days: int) -> date:
    """Give the n-th working day after a day; weekends and Swedish holidays don't count."""
    day: date = free_days().get_nth_working_day(start, days)
    return day


class Day(BaseModel):
    """The business day of a service whose clock is set by hand."""

    today: date


class Done(BaseModel):
    """How many things were due and have now been done."""

    done: int


def hands(database: Database, due: Sequence[Due]) -> APIRouter:
    """Make the two calls that move a manual clock; only the role `system` may."""
    router = APIRouter(prefix="/clock", tags=["clock"])

    @router.put("")
    async def set_the_day(new: Day, caller: Calling) -> Day:
        only_the_system(caller.role)
        async with database.transaction() as tx:
            connection = await tx.connection()
            if await connection.scalar(SET, {"today": new.today}) is None:
                raise NotAllowed("clock_goes_forward", "The clock can't be turned back.")
        return new

    @router.post("/due")
    async def do_what_is_due(caller: Calling) -> Done:
        only_the_system(caller.role)
        return Done(done=await do_due(database, due))

    return router


def only_the_system(role: str) -> None:
    if role != "system":
        raise NotFound


async def do_due(database: Database, due: Sequence[Due]) -> int:
    """Do what is due and not yet done, one part after another."""
    return sum([await do_part(database, part) for part in due])


async def do_part(database: Database, part: Due) -> int:
    """Do one part in a transaction of its own; one replica at a time."""
    with because(Cause(correlation_id=str(uuid7()))):
        async with database.transaction() as tx:
            await (await tx.connection()).execute(ONE_AT_A_TIME)
            return await part(tx, await today(tx))


async def run(database: Database, due: Sequence[Due]) -> None:
    """Look every minute for what is due; an outage is waited for."""
    while True:
        for part in due:
            try:
                await do_part(database, part)
            except Exception as error:  # noqa: BLE001 - the others are done; it, the next round
                log.warning("due_interrupted", error=describe(error))
        await asyncio.sleep(ROUND_SECONDS)
