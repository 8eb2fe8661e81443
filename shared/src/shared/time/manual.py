"""The clock that is set by hand, where tests and demos need another day: two calls."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import text

from shared.database import Database
from shared.http.access import Calling
from shared.http.docs import may
from shared.http.requests import Body, Day
from shared.machines import NotAllowed, NotFound
from shared.time import schedule

SYSTEM = frozenset({"system"})
SET = text("""INSERT INTO clock (today) VALUES (:today)
              ON CONFLICT (only_row) DO UPDATE SET today = :today WHERE clock.today <= :today
              RETURNING today""")


class SetDay(Body):
    """The business day of a service whose clock is set by hand."""

    today: Day


def manual_clock_router(database: Database, due: Sequence[schedule.Due]) -> APIRouter:
    """Return the two calls that move a manual clock; only the role `system` may."""
    router = APIRouter(prefix="/clock", tags=["clock"])

    @router.put("", openapi_extra=may(SYSTEM))
    async def set_the_day(new: SetDay, caller: Calling) -> SetDay:
        only_the_system(caller.role)
        async with database.transaction() as tx:
            if await (await tx.connection()).scalar(SET, {"today": new.today}) is None:
                raise NotAllowed("clock_goes_forward", "The clock can't be turned back.")
        return new

    @router.post("/due", openapi_extra=may(SYSTEM))
    async def do_what_is_due(caller: Calling) -> schedule.Done:
        only_the_system(caller.role)
        return await schedule.do_due(database, due)

    return router


def only_the_system(role: str) -> None:
    if role not in SYSTEM:
        raise NotFound
