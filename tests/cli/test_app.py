"""The command line as it is typed."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.cli.commands import Ended, jobbpakten

COMMANDS = [
    *(("parked", act) for act in ("list", "show", "retry", "skip", "accept-gap")),
    *(("topics", act) for act in ("diff", "apply")),
    *((name,) for name in ("reconcile", "token", "keys", "migrate", "version")),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_its_json_and_its_exit_codes(words: tuple[str, ...]) -> None:
    found = jobbpakten(*words, "--help", env={"COLUMNS": "200"})

    assert found.code == 0
    assert "Exit codes: 0 good" in found.out
    assert "--json" in found.out


def test_version_says_the_release() -> None:
    assert jobbpakten("version") == Ended(0, f"{version('jobbpakten')}\n", "")
    assert jobbpakten("version", "--json").json == {"version": version("jobbpakten")}


def test_without_a_command_help_is_shown() -> None:
    found = jobbpakten()

    assert found.code == 2
    assert "reconcile" in found.out + found.err


def test_the_installed_command_ends_with_its_code_and_one_line() -> None:
    command = Path(sys.executable).with_name("jobbpakten")
    ended = subprocess.run(
        [command, "reconcile"], capture_output=True, text=True, env={}, check=False
    )

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
