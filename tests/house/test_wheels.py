"""A wheel of each distribution is enough: installed without the source tree it starts and works."""

import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import fastapi
import httpx
import pytest
from tests.support.eventually import eventually
from tests.support.releases import members

from jobbpakten.keys import Keys
from jobbpakten_local.demo.environments import settings
from jobbpakten_local.parts import processes
from jobbpakten_local.parts.kafka import free_ports
from jobbpakten_local.parts.kafka_access import Access
from jobbpakten_local.parts.mail import Post
from jobbpakten_local.parts.postgres import Postgres

ROOT = Path(__file__).parents[2]
SERVICES = ("membership", "matching", "notifications", "followup")
# Its Python and the libraries, without the environment in which our packages stand as sources.
PYTHON = Path(sys.base_prefix, "bin/python3")
LIBRARIES = Path(fastapi.__file__).parents[1]
# What every one of them stands on.
OF_ALL = ("jobbpakten-events", "jobbpakten-networks", "jobbpakten-shared")
NOWHERE = Access("127.0.0.1:1")  # no Kafka: what answers is said without it

Installed = Callable[..., Mapping[str, str]]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Build a wheel of each member of the workspace, by its name."""
    made = {}
    for member in members(ROOT):
        folder = tmp_path_factory.mktemp("wheel")
        build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
        subprocess.run(build, cwd=member, check=True, capture_output=True)
        (wheel,) = folder.glob("*.whl")
        made[tomllib.loads((member / "pyproject.toml").read_text())["project"]["name"]] = wheel
    return made


@pytest.fixture
def installed(tmp_path: Path, wheels: Mapping[str, Path]) -> Installed:
    """Give a function: names of distributions -> an environment in which they alone are ours."""

    def install(*names: str) -> Mapping[str, str]:
        site = tmp_path / "site"
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index")
        chosen = [str(wheels[name]) for name in names]
        subprocess.run([*pip, "--target", str(site), *chosen], check=True, capture_output=True)
        return {"PYTHONPATH": f"{site}:{LIBRARIES}"}

    return install


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    """Give a database without any table."""
    name = f"empty_{uuid4().hex}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


def run(env: Mapping[str, str], folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [PYTHON, *words], env=env, cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_migrates_starts_and_answers_from_its_wheel(
    service: str, installed: Installed, empty: str, tmp_path: Path
) -> None:
    port, probes = free_ports(2)
    said = settings({service: empty}, NOWHERE, "wheels", Keys(), Post("127.0.0.1", 25), port=port)
    env = {**installed(*OF_ALL, f"jobbpakten-{service}"), **said}

    where = run(env, tmp_path, "-c", f"import {service}; print({service}.__file__)")
    assert where.stdout.startswith(str(tmp_path)), where.stderr
    for _ in range(2):
        migrated = run(env, tmp_path, "-m", "shared", service, "migrate")
        assert migrated.returncode == 0, migrated.stderr

    with processes.owned(tmp_path / "run") as ours:
        (tmp_path / "run").mkdir(exist_ok=True)
        ports = ("--port", str(port), "--probes-port", str(probes))
        words = (PYTHON, "-m", "shared", service, *ports)
        ours.start(*words, log=tmp_path / "run/log", env=env, cwd=tmp_path)

        async def answers() -> None:
            async with httpx.AsyncClient() as http:
                at = f"http://127.0.0.1:{port}/{service}"
                try:
                    live = await http.get(f"http://127.0.0.1:{probes}/health/live")
                    assert live.status_code == 200
                    assert (await http.get(f"{at}/openapi.json")).json()["paths"]
                except httpx.TransportError as error:
                    raise AssertionError((tmp_path / "run/log").read_text()) from error

        await eventually(answers)


def test_the_command_line_needs_neither_a_service_nor_anything_of_a_laptop(
    installed: Installed, empty: str, tmp_path: Path
) -> None:
    env = installed(*OF_ALL, "jobbpakten")
    command = ("-c", "from jobbpakten.cli import app; app()")

    assert "parked" in run(env, tmp_path, *command, "--help").stdout
    assert '"MEMBERSHIP_CONTACT_KEY"' in run(env, tmp_path, *command, "keys", "--json").stdout
    networks = run(env, tmp_path, *command, "networks", "check")
    assert "linkopingsloftet" in networks.stdout
    assert "matching isn't installed here, its own files aren't checked" in networks.stdout
    with_database = {**env, "FOLLOWUP_DATABASE_URL": empty}
    found = run(with_database, tmp_path, *command, "migrate")
    assert (found.returncode, found.stderr) == (
        2,
        "followup isn't installed here: run `python -m shared followup migrate` in its image.\n",
    )


def test_the_contracts_need_nothing_of_ours(installed: Installed, tmp_path: Path) -> None:
    env = installed("jobbpakten-events")
    code = "from jobbpakten_events.placement import TOPIC; print(TOPIC)"

    assert run(env, tmp_path, "-c", code).stdout == "placement.v1\n"


def test_the_networks_are_nothing_but_folders_of_yaml(wheels: Mapping[str, Path]) -> None:
    inside = {Path(name) for name in ZipFile(wheels["jobbpakten-networks"]).namelist()}
    data = {one for one in inside if "dist-info" not in one.parts[0]}

    assert {len(one.parts) for one in data} == {3}
    assert {one.suffix for one in data} == {".yaml"}
