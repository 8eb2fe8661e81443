"""A matching service for each test, empty or with a bank that is ready to match."""

from collections.abc import AsyncIterator, Callable

import pytest
from tests.matching.support.pairs import Bank, bank
from tests.matching.support.service import Matching, usual


@pytest.fixture
async def matching(database: Callable[[str], str]) -> AsyncIterator[Matching]:
    async with Matching.running(usual(database("matching"))) as service:
        yield service


@pytest.fixture
async def ours(matching: Matching) -> Bank:
    return await bank(matching)
