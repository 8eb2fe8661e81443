"""Fixtures for the tests of the edges."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.shared.support.doors import Doors, opened


@pytest.fixture(scope="session")
def doors(run_folder: Path) -> Iterator[Doors]:
    with opened(run_folder / "doors") as found:
        yield found
