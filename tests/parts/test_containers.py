"""Parts in containers: tried where a Docker daemon answers."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException

from jobbpakten_local.parts import Unavailable, kafka, postgres

# docker: a client that finds no daemon leaves its socket to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def garbage_collected() -> Iterator[None]:
    yield
    gc.collect()


def a_daemon_answers() -> bool:
    try:
        client = docker.from_env()
    except DockerException:
        return False
    client.close()
    return True


def test_containers_without_a_daemon_are_refused_with_the_fix(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTS", "docker")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")

    for part in (postgres, kafka):
        with pytest.raises(Unavailable, match="start one, or leave PARTS out"):
            part.started(folder).__enter__()


def test_containers_serve_as_parts(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """Where no daemon answers, nothing is tried, and that is said aloud."""
    if not a_daemon_answers():
        record_property("containers", "no Docker daemon answers here, PARTS=docker isn't tried")
        return
    monkeypatch.setenv("PARTS", "docker")
    with postgres.started(folder) as database, kafka.started(folder) as cluster:
        assert "@localhost" in database.create_database("mine")
        assert ":" in cluster.servers


def test_another_word_than_docker_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTS", "podman")

    with pytest.raises(Unavailable, match="PARTS=podman means nothing"):
        postgres.started(folder).__enter__()
