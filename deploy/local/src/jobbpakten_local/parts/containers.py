"""Parts in containers, for those who ask: PARTS=docker."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from docker.errors import DockerException
from testcontainers.core.container import DockerContainer

from jobbpakten_local.parts import Unavailable

Container = TypeVar("Container", bound=DockerContainer)


@contextmanager
def running(container: Callable[[], Container]) -> Iterator[Container]:
    """Start it, or say that no daemon does; it is removed after."""
    try:
        started = container().start()
    except DockerException as error:
        raise Unavailable(
            f"PARTS=docker, but no Docker daemon starts a container ({error}): "
            "start one, or leave PARTS out"
        ) from error
    try:
        yield started
    finally:
        started.stop()
