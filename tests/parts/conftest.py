"""What the tests of the parts start from: nothing is asked for, and a folder with a short path."""

from pathlib import Path
from uuid import uuid4

import pytest


@pytest.fixture(autouse=True)
def nothing_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POSTGRES_URL", "KAFKA_SERVERS", "PARTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(run_folder: Path) -> Path:
    return run_folder / uuid4().hex[:8]
