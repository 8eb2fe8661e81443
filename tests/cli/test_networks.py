"""`jobbpakten networks`: what of some networks can't be used, before a service starts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commands import jobbpakten
from tests.support.callers import PUBLIC_KEY
from tests.support.networks import copied, say

from jobbpakten.cli import networks


def test_those_shipped_can_be_used() -> None:
    said = jobbpakten("networks", "check")

    assert said.code == 0
    assert "Linköpingslöftet" in said.out
    assert "isn't installed" not in said.out
    found = jobbpakten("networks", "check", "--json").json
    assert [one["network"] for one in found["networks"]] == ["jobbpakten", "linkopingsloftet"]
    assert found["faults"] == found["not_checked_for"] == []


def test_each_fault_is_said_once_with_file_line_and_field(tmp_path: Path) -> None:
    own = copied(tmp_path)
    say(own / "network.yaml", "bank", "some")
    say(own / "membership.yaml", "checklist", {})
    say(own / "matching.yaml", "version", 7)
    say(own / "followup.yaml", "placements.running", None)

    found = jobbpakten("networks", "check", tmp_path)
    said = found.out.splitlines()

    assert found.code == 1
    assert {line.split(":")[0] for line in said} == {
        *(f"jobbpakten/{name}.yaml" for name in ("network", "membership", "matching", "followup"))
    }
    assert len(said) == 4
    assert jobbpakten("networks", "check", tmp_path, "--json").json["faults"] == said


def test_it_looks_at_what_the_services_settings_name(tmp_path: Path) -> None:
    copied(tmp_path, "grannpakten")
    ours = {"MEMBERSHIP_NETWORKS": str(tmp_path), "FOLLOWUP_NETWORKS": str(tmp_path)}

    assert "grannpakten" in jobbpakten("networks", "check", env=ours).out
    elsewhere = jobbpakten("networks", "check", env=ours | {"MATCHING_MUNICIPALITY": "0180"})
    assert elsewhere.code == 1
    assert f"{tmp_path}: no network of municipality 0180 is there" in elsewhere.out
    two = jobbpakten("networks", "check", env=ours | {"MATCHING_NETWORKS": "/another"})
    assert two.code == 2
    assert "give all services the same folder" in two.err


def test_a_service_that_isnt_installed_is_said_with_where_to_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(networks, "find_spec", lambda name: None if name == "matching" else name)

    said = jobbpakten("networks", "check")

    assert said.code == 0
    assert "run `python -m shared matching networks " in said.out


@pytest.mark.parametrize(
    ("file", "field"),
    [
        ("network.yaml", "data_protection_officer"),
        ("membership.yaml", "checklist"),
        ("matching.yaml", "employer_declines"),
        ("followup.yaml", "placements"),
    ],
)
def test_each_file_has_its_json_schema(file: str, field: str) -> None:
    assert field in jobbpakten("networks", "schema", file).json["required"]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("notifications.yaml", "notifications has no file of its own"),
        ("nosuch.yaml", "A network has no file 'nosuch.yaml'"),
    ],
)
def test_a_file_that_no_network_has_is_said(file: str, why: str) -> None:
    said = jobbpakten("networks", "schema", file)
    assert said.code == 2
    assert why in said.err


def shared(*words: str, **said: str) -> "subprocess.CompletedProcess[str]":
    """Run what a service's image can, which has no command line of the operators."""
    return subprocess.run(
        [sys.executable, "-m", "shared", *words],
        env=os.environ | said,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_services_own_image_says_the_same(tmp_path: Path) -> None:
    own = copied(tmp_path)
    assert shared("matching", "networks", str(tmp_path)).returncode == 0
    say(own / "matching.yaml", "version", 7)

    found = shared("matching", "networks", str(tmp_path))

    assert found.returncode == 1
    assert found.stdout.startswith("jobbpakten/matching.yaml:1: version: ")
    assert "withdrawals" in json.loads(shared("matching", "schema").stdout)["required"]


def test_a_service_says_what_is_amiss_and_doesnt_start(tmp_path: Path) -> None:
    say(copied(tmp_path) / "followup.yaml", "placements.running", None)
    said = {
        "DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1:1/followup",
        "KAFKA_SERVERS": "127.0.0.1:1",
        "MUNICIPALITY": "0380",
        "ENVIRONMENT": "test",
        "NETWORKS": str(tmp_path),
        "TOKEN_PUBLIC_KEY": PUBLIC_KEY,
    }

    found = shared("followup", **{f"FOLLOWUP_{name}": value for name, value in said.items()})

    assert found.returncode == 2
    assert found.stderr.startswith("jobbpakten/followup.yaml:")
    assert "Traceback" not in found.stderr
