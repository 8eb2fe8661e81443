"""What is typed wrong, or is no text at all, is said in a sentence and ends with 2."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.bench.__main__ import PARTS
from tests.cli.commands import Ended, jobbpakten
from typer.main import get_command

from jobbpakten.cli import app

ODD = b"\xff\xfe"
PYTHON = (sys.executable, "-m")
JOBBPAKTEN = (str(Path(sys.executable).with_name("jobbpakten")),)
SHARED, DEMO = (*PYTHON, "shared"), (*PYTHON, "jobbpakten_local.demo")
BENCH = (*PYTHON, "tests.bench")
ROOT = Path(__file__).parents[2]
COMMANDS = [
    (name,) if not hasattr(command, "commands") else (name, inner)
    for name, command in get_command(app).commands.items()  # type: ignore[attr-defined]
    for inner in getattr(command, "commands", [""])
]
# What a command reads: of the ways to a service's parts only those that it goes.
TO_DATABASE = ("DATABASE_URL", "DATABASE_DIRECT_URL", "NETWORKS", "ENVIRONMENT")
TO_KAFKA = ("KAFKA_SERVERS", "KAFKA_TOPIC_PREFIX", "NETWORKS", "ENVIRONMENT")
READ = dict.fromkeys(("parked list", "migrate", "reconcile"), TO_DATABASE)
READ |= {"topics diff": TO_KAFKA}


def typed(
    *words: str | bytes, here: Path = ROOT, env: Mapping[str, bytes] | None = None
) -> subprocess.CompletedProcess[str]:
    around = {os.fsencode(name): os.fsencode(value) for name, value in os.environ.items()}
    whole: Any = around | {os.fsencode(name): value for name, value in (env or {}).items()}
    return subprocess.run(words, capture_output=True, text=True, cwd=here, env=whole, check=False)


def is_one_sentence_of_wrong_use(ended: subprocess.CompletedProcess[str]) -> None:
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stderr.strip()


@pytest.mark.parametrize("command", [*COMMANDS, ()], ids=" ".join)
def test_an_argument_that_is_no_text_is_wrong_use_of_every_command(
    command: tuple[str, ...],
) -> None:
    ended = typed(*JOBBPAKTEN, *command, ODD)

    is_one_sentence_of_wrong_use(ended)
    assert "An argument isn't UTF-8" in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        (*SHARED, ODD),
        (*SHARED, "membership", ODD),
        (*SHARED, "membership", "networks", ODD),
        (*SHARED, "membership", "--host", ODD),
        (*SHARED, "nosuch"),
        (*SHARED, "nosuch", "migrate"),
        (*SHARED, "..", "networks"),
        (*SHARED, "membership", "nosuch"),
        (*SHARED, "membership", "--port", "65536"),
        (*SHARED, "membership", "--port", "-1"),
        (*SHARED, "membership", "--port", "x"),
        (*SHARED, "membership", "--port", "65000"),
        (*SHARED, "membership", "--probes-port", "65536"),
        (*SHARED,),
        (*DEMO, ODD),
        (*BENCH, ODD),
        (*BENCH, "nosuch"),
        (*BENCH, next(iter(PARTS)), "--rounds", "0"),
        (*BENCH, "--rounds", ODD),
    ],
    ids=lambda words: " ".join(map(str, words[2:])),
)
def test_a_word_that_nobody_knows_is_wrong_use(words: tuple[str | bytes, ...]) -> None:
    is_one_sentence_of_wrong_use(typed(*words))


def test_the_services_that_there_are_are_named() -> None:
    assert "'followup', 'matching', 'membership'" in typed(*SHARED, "nosuch").stderr


@pytest.mark.parametrize(
    ("command", "setting"), [(command, one) for command, read in READ.items() for one in read]
)
def test_a_setting_that_is_no_text_is_named(command: str, setting: str) -> None:
    found = jobbpakten(*command.split(), env={f"FOLLOWUP_{setting}": "\udcff"})

    assert found == Ended(2, "", f"FOLLOWUP_{setting}: it isn't UTF-8: type it anew.\n")


@pytest.mark.parametrize(
    ("command", "setting"),
    [("serve", "NETWORKS"), ("migrate", "DATABASE_DIRECT_URL"), ("serve", "LOG_LEVEL")],
)
def test_a_service_names_a_setting_that_is_no_text(command: str, setting: str) -> None:
    ended = typed(*SHARED, "followup", command, env={f"FOLLOWUP_{setting}": ODD})

    is_one_sentence_of_wrong_use(ended)
    assert f"FOLLOWUP_{setting}: Value error, it isn't UTF-8" in ended.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((one, ODD) for one in ("POSTGRES_URL", "KAFKA_SERVERS", "PARTS")),
        *(("POSTGRES_URL", one) for one in (b"nonsense", b"a://[", b"postgresql://h:x/d")),
    ],
)
def test_a_part_that_is_named_by_nonsense_cant_be_had(
    name: str, value: bytes, run_folder: Path
) -> None:
    given = dict.fromkeys(("POSTGRES_URL", "KAFKA_SERVERS", "PARTS"), b"")
    ended = typed(*DEMO, here=run_folder, env=given | {name: value})

    assert ended.returncode == 3, ended.stderr
    assert "Traceback" not in ended.stderr
    assert name in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", ["SEED", "WEEKS"])
def test_a_wish_that_is_no_text_is_wrong_use(name: str, run_folder: Path) -> None:
    is_one_sentence_of_wrong_use(typed(*DEMO, here=run_folder, env={name: ODD}))
