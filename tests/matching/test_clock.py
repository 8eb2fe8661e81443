"""The skeleton holds."""

from tests.matching.conftest import Matching


async def test_nothing_is_due_in_an_empty_bank(matching: Matching) -> None:
    assert await matching.do_what_is_due() == 0
