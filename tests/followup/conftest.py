"""What followup's tests run on."""

from collections.abc import AsyncIterator, Callable

import pytest
from tests.followup.service import Followup, usual


@pytest.fixture
async def followup(database: Callable[[str], str]) -> AsyncIterator[Followup]:
    service = Followup(*usual(database("followup")))
    yield service
    await service.database.engine.dispose()
