"""What tests run on: one PostgreSQL and one Kafka a run, a fresh database for each test."""

import asyncio
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

from jobbpakten.parts import finished
from jobbpakten.parts import kafka as kafkas
from jobbpakten.parts import postgres as postgreses
from shared.migrations import PLUMBING, migrate

RUN = uuid4().hex


@pytest.fixture(scope="session", autouse=True)
def signals_as_in_a_terminal() -> Iterator[None]:
    """Undo what `nohup` and `&` do: children inherit that a signal is ignored, but no handler."""
    before = signal.signal(signal.SIGHUP, lambda *_: None)
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGHUP, before)
    signal.signal(signal.SIGINT, ours)


@pytest.fixture(scope="session")
def run_folder() -> Iterator[Path]:
    """Give a short path: PostgreSQL's socket lies in it."""
    with tempfile.TemporaryDirectory(prefix="jp-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(run_folder: Path) -> Iterator[postgreses.Postgres]:
    with postgreses.started(run_folder / "postgres", durable=False) as started:
        yield started


@pytest.fixture(scope="session")
def kafka(run_folder: Path) -> Iterator[kafkas.Kafka]:
    with kafkas.started(run_folder / "kafka") as started:
        yield started


@pytest.fixture(scope="session")
def template(postgres: postgreses.Postgres) -> Iterator[Callable[[str], str]]:
    """Migrate a service's template database when it is first asked for, once a run."""
    with ExitStack() as after:

        @cache
        def migrated(service: str) -> str:
            name = f"template_{service}_{RUN}"
            after.callback(postgres.drop_database, name)
            url = postgres.create_database(name)
            if service == "shared":
                for script in sorted(PLUMBING.glob("*.sql")):
                    postgres.execute(script.read_text(), name)
            else:  # in a thread: a test's loop may be running in this one
                finished(asyncio.to_thread(migrate, service, url))
            return name

        yield migrated


@pytest.fixture
def database(
    postgres: postgreses.Postgres, template: Callable[[str], str]
) -> Iterator[Callable[[str], str]]:
    """Give a function: the name of a service, or `shared` for the plumbing only -> a URL.

    The database is fresh and its name is not: an app that was made for it serves the next test too.
    """
    made = Counter[str]()
    with ExitStack() as after:

        def cloned(service: str) -> str:
            made[service] += 1
            name = f"{service}_{made[service]}_{RUN}"
            after.callback(postgres.drop_database, name)
            return postgres.create_database(name, template(service))

        yield cloned
