"""`jobbpakten token` says which part is wrong, and which networks, roles and units there are."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commands import Ended, jobbpakten
from tests.support.callers import KEY, PUBLIC_KEY

from jobbpakten.cli.callers import ROLES
from shared.networks import shipped

GOOD = {"--actor": "anna", "--role": "caseworker", "--network": "jobbpakten"}
ENV = {
    "MEMBERSHIP_ENVIRONMENT": "test",
    "MEMBERSHIP_TOKEN_PUBLIC_KEY": PUBLIC_KEY,
    "JOBBPAKTEN_TOKEN_PRIVATE_KEY": json.dumps(KEY.as_dict(private=True)),
    "COLUMNS": "300",
}
COMMAND = Path(sys.executable).with_name("jobbpakten")


def token(env: dict[str, str] | None = None, /, **parts: str) -> Ended:
    said = GOOD | {f"--{name}": value for name, value in parts.items()}
    words = [word for pair in said.items() for word in pair]
    return jobbpakten("token", "--service", "membership", *words, env=ENV | (env or {}))


@pytest.mark.parametrize(
    ("part", "written", "told"),
    [
        ("actor", "anna andersson", "1 to 200 letters, digits and signs of ASCII, no space"),
        ("actor", "åsa", "1 to 200 letters, digits and signs of ASCII"),
        ("actor", "", "1 to 200 letters"),
        ("actor", "a" * 201, "1 to 200 letters"),
        ("actor", "machine:importer", "So begin the ids of machines alone"),
        ("role", "casewrker", f"There is no such role: take {' or '.join(ROLES)}"),
        ("role", "", "There is no such role"),
        ("network", "jobpakten", "membership runs no such network: take jobbpakten or linkoping"),
        ("unit", "jobbtorg_linkoping", "jobbpakten has no such unit: take jobbcenter_city or"),
        ("unit", "a\tb", "at most 200 letters and signs that can be seen"),
    ],
)
def test_the_part_that_is_wrong_is_named(part: str, written: str, told: str) -> None:
    found = token({}, **{part: written})

    assert (found.code, found.out) == (2, "")
    assert f"--{part}" in found.err
    assert told in found.err
    assert "PRIVATE_KEY" not in found.err


def test_a_public_key_that_is_none_is_named() -> None:
    found = token({"MEMBERSHIP_TOKEN_PUBLIC_KEY": "{}"})

    assert (found.code, found.err.split(":")[0]) == (2, "MEMBERSHIP_TOKEN_PUBLIC_KEY")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Give a folder with one network of another name."""
    shutil.copytree(shipped() / "jobbpakten", tmp_path / "vagen")
    written = tmp_path / "vagen/network.yaml"
    text = written.read_text().replace("network: jobbpakten", "network: vagen")
    written.write_text(text.replace("jobbcenter_city", "torget"))
    return tmp_path


def test_networks_and_units_are_those_of_the_services_folder(elsewhere: Path) -> None:
    env = {"MEMBERSHIP_NETWORKS": str(elsewhere)}

    assert token(env, network="vagen", unit="torget").code == 0
    assert "take vagen." in token(env).err
    assert "; vagen (units torget, jobbcenter_gottsunda)" in token_help(env)


def test_a_network_of_another_municipality_is_refused() -> None:
    found = token({"MEMBERSHIP_MUNICIPALITY": "0580"})

    assert found.err == "--network: membership runs no such network: take linkopingsloftet.\n"


def test_networks_that_cant_be_read_are_said(tmp_path: Path) -> None:
    found = token({"MEMBERSHIP_NETWORKS": str(tmp_path)})

    assert found.code == 2
    assert found.err.startswith(f"MEMBERSHIP_NETWORKS: {tmp_path}: no network is there")


def token_help(env: dict[str, str] | None = None) -> str:
    found = jobbpakten("token", "--help", env={"COLUMNS": "400"} | (env or {}))
    assert found.code == 0
    return found.out


def test_help_names_roles_networks_and_units() -> None:
    said = token_help()

    assert all(role in said for role in ROLES)
    assert "jobbpakten (units jobbcenter_city, jobbcenter_gottsunda)" in said


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("--service m", {"matching", "membership"}),
        ("--role dec", {"decider"}),
        ("--network l", {"linkopingsloftet"}),
        ("--service membership --network jobbpakten --unit j", {"jobbcenter_city"}),
        ("--unit jobbtorg_l", {"jobbtorg_linkoping", "jobbtorg_ljungsbro"}),
    ],
)
def test_a_shell_completes_what_there_is(typed: str, completed: set[str]) -> None:
    words = f"jobbpakten token {typed}"
    env = {
        "PATH": os.environ["PATH"],
        "_JOBBPAKTEN_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    ended = subprocess.run([COMMAND], capture_output=True, text=True, env=env, check=False)

    assert completed <= {*ended.stdout.split()}
    assert not any("linkoping" in one for one in ended.stdout.split()) or "l" in typed[-2:]
