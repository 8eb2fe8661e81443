"""Commands typed in tests, in a thread of their own: a loop may be running in the test's."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from jobbpakten.cli import app

NOWHERE = "postgresql+asyncpg://followup:s3cret@127.0.0.1:1/followup"


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def jobbpakten(*words: object, env: Mapping[str, str] | None = None) -> Ended:
    """Type a command; anything but an exit is a bug and comes through."""

    def typed() -> Ended:
        asked = [str(word) for word in words]
        result = CliRunner().invoke(app, asked, env=dict(env or {}), catch_exceptions=False)
        return Ended(result.exit_code, result.stdout, result.stderr)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(typed).result()
