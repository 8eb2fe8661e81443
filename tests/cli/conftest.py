"""What the command line is tested on."""

from collections.abc import Callable

import pytest
from tests.cli.ledgers import Ledgers, fresh


@pytest.fixture
def ledgers(database: Callable[[str], str]) -> Ledgers:
    return fresh(database)
