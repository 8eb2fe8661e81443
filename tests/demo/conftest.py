"""Fresh databases for a whole module: a story is told once and looked at in several tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest

from jobbpakten.parts.postgres import Postgres


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
