"""A matching service for each test, empty or with a bank that is ready to match."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import structlog
from tests.matching.pairs import Bank, bank
from tests.matching.service import Matching, usual


@pytest.fixture
async def matching(database: Callable[[str], str]) -> AsyncIterator[Matching]:
    async with Matching.running(usual(database("matching"))) as service:
        yield service


@pytest.fixture
async def ours(matching: Matching) -> Bank:
    return await bank(matching)


@pytest.fixture
def logs_restored() -> Iterator[None]:
    """Undo what a test configures, which logs as the service does."""
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()
