"""The command line as it is typed."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.cli.commands import Ended, jobbpakten
from tests.cli.ledgers import Ledgers

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


COMMAND = Path(sys.executable).with_name("jobbpakten")


def installed(*words: object, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(COMMAND), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def test_the_installed_command_ends_with_its_code_and_one_line() -> None:
    ended = installed("reconcile", env={})

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(("as_json", "said"), [((), "t?"), (("--json",), "t\\u00e5")])
def test_a_terminal_that_knows_no_swedish_is_no_trouble(
    ledgers: Ledgers, as_json: tuple[str, ...], said: str
) -> None:
    number = ledgers.park("followup", "tå".encode())
    env = ledgers.environment() | {"PYTHONIOENCODING": "ascii"}
    ended = installed("parked", "show", number, "--service", "followup", *as_json, env=env)

    assert ended.returncode == 0
    assert said in ended.stdout
