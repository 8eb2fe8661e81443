"""A plugin for the release before's own tests: their databases get this release's schema."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import shared.migrations

MIGRATE = "import sys; from shared.migrations import migrate; migrate(*sys.argv[1:])"


def migrate(service: str, where: Any, say: Callable[[str], None] = print) -> None:
    """Migrate by the code whose sources stand in NEWER_SOURCES."""
    newer = os.environ | {"PYTHONPATH": os.environ["NEWER_SOURCES"]}
    say(f"{service} gets this release's schema")
    subprocess.run([sys.executable, "-c", MIGRATE, service, where], env=newer, check=True)


shared.migrations.migrate = migrate
