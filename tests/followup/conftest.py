"""What followup's tests run on."""

from collections.abc import AsyncIterator, Callable

import pytest
from tests.followup.service import Followup


@pytest.fixture
async def followup(database: Callable[[str], str]) -> AsyncIterator[Followup]:
    service = Followup(database("followup"))
    yield service
    await service.database.engine.dispose()
