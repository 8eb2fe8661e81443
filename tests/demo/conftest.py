"""A system for a whole module: a story is told once and looked at in several tests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from jobbpakten_local.demo.environments import MUNICIPALITY
from jobbpakten_local.demo.system import System, databases, running
from jobbpakten_local.parts import mail
from jobbpakten_local.parts.kafka import Kafka
from jobbpakten_local.parts.postgres import Postgres

Staging = Callable[..., AbstractContextManager[System]]


@pytest.fixture(scope="module")
def cloned_for_module(
    postgres: Postgres, template: Callable[[str], str]
) -> Iterator[Callable[[str], str]]:
    with ExitStack() as after:

        def cloned(service: str) -> str:
            name = f"demo_{service}_{uuid4().hex}"
            after.callback(postgres.drop_database, name)
            return postgres.create_database(name, template(service))

        yield cloned


@pytest.fixture(scope="module")
def staging(run_folder: Path, kafka: Kafka, cloned_for_module: Callable[[str], str]) -> Staging:
    """Give a function: a system by a name, with a folder, databases and topics of its own."""

    @contextmanager
    def staged(name: str, municipality: str = MUNICIPALITY) -> Iterator[System]:
        urls = {service: cloned_for_module(service) for service in databases(name)}
        with (
            mail.started(run_folder / f"{name}-mail") as post,
            running(
                run_folder / name, urls, kafka.access, name, post, municipality=municipality
            ) as system,
        ):
            yield system

    return staged
