"""What followup's tests run on."""

from collections.abc import AsyncIterator, Callable

import pytest
from tests.followup.support.service import Followup, usual
from tests.followup.support.stories import INTERRUPTED, NO_SHOW, PARTLY, records
from tests.followup.support.years import BEGUN, a_year, course


@pytest.fixture
async def followup(database: Callable[[str], str]) -> AsyncIterator[Followup]:
    service = Followup(*usual(database("followup")))
    yield service
    await service.database.engine.dispose()


@pytest.fixture
async def busy(followup: Followup) -> Followup:
    await followup.hears(*records(a_year()))
    await followup.today("2026-11-22")
    return followup


@pytest.fixture
async def busier(busy: Followup) -> Followup:
    """Give a year with five or more of all that began: 5 partly completed, 5 interrupted."""
    more = []
    for number in range(20, 24):
        more += course(number, *BEGUN, "2026-03-09", end=INTERRUPTED)
    for number in range(24, 29):
        more += course(number, *BEGUN, "2026-03-16", end=PARTLY)
    for number in range(29, 32):
        more += course(number, "2026-02-01", "2026-03-03", end=NO_SHOW)
    await busy.hears(*records(more))
    return busy
