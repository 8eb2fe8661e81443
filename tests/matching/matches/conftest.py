"""A member's place and one unit's candidates, which every test of matches begins with."""

import pytest
from tests.matching.conftest import Matching
from tests.matching.pairs import Bank, bank


@pytest.fixture
async def ours(matching: Matching) -> Bank:
    return await bank(matching)
