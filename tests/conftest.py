"""What tests run on: one PostgreSQL and one Kafka a process, an empty database for each test."""

import asyncio
import logging
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from hypothesis import HealthCheck
from hypothesis import settings as examples
from playwright.async_api import Browser
from tests.look.browsers import MISSING, chromium_here, started
from xdist.scheduler import LoadScopeScheduling

from jobbpakten_local.parts import finished
from jobbpakten_local.parts import kafka as kafkas
from jobbpakten_local.parts import postgres as postgreses
from shared.database import Database
from shared.migrations import PLUMBING, migrate

# How long an example takes says how busy the machine is, and nothing else.
examples.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("ours")
RUN = uuid4().hex
# Here services run as processes, and both cores are busy.
STAGES = {"bench", "cli", "demo", "faults", "parts"}
# Tells what a template has: whatever else a test has built is dropped after it.
MARK = """
    DO $$ DECLARE kept regclass; BEGIN
        FOR kept IN SELECT oid FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        LOOP EXECUTE format('COMMENT ON TABLE %s IS %L', kept, 'of the template'); END LOOP;
    END $$"""
# A twentieth of what a clone costs: tables that nobody has written to aren't touched, and of small
# ones the rows are deleted, in whatever order. Whoever is connected yet would keep it waiting.
EMPTY = """
    DO $$ DECLARE kept regclass; own regclass; BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
        FOR own IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND relkind = 'r' AND obj_description(oid, 'pg_class') IS NULL
        LOOP EXECUTE format('DROP TABLE %s CASCADE', own); END LOOP;
        SET LOCAL session_replication_role = replica;
        FOR kept IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND relkind = 'r' AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
        LOOP
            IF pg_relation_size(kept) > 256 * 1024 THEN
                EXECUTE format('TRUNCATE %s CASCADE', kept);
            ELSE
                EXECUTE format('DELETE FROM %s', kept);
            END IF;
        END LOOP;
        PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence;
    END $$"""
# Puts back which days tables refuse, as the migrations made it.
REFUSING = f"{EMPTY}; " + (PLUMBING / "0003.sql").read_text()


class TwoHands(LoadScopeScheduling):  # type: ignore[misc]
    """Of two processes that share the work one begins with all stages; files stay whole."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(nodeid).partition("::")[0]
        return "stages" if file.split("/")[1] in STAGES else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> TwoHands:
    config.option.loadscopereorder = False  # else those with the most tests would come first
    return TwoHands(config, log)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Print at once what a test has to say, also one that ran in another process."""
    if report.when == "call" and report.passed:
        for name, said in report.user_properties:
            print(f"\n{name}: {said}")  # noqa: T201 - whoever runs it wants to know


@pytest.fixture(autouse=True)
def logs_restored() -> Iterator[None]:
    """Undo it where a test lets the service log: the next would write into what it has closed."""
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()


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
async def chromium() -> AsyncIterator[Browser]:
    path = chromium_here()
    if path is None:
        pytest.skip(MISSING)
    async with started(path) as browser:
        yield browser


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
            postgres.execute(MARK, name)
            return name

        yield migrated


@pytest.fixture(scope="session")
def databases(postgres: postgreses.Postgres) -> Iterator[set[str]]:
    """Give the names of what the tests have made; all of it is dropped with the run."""
    made = set[str]()
    yield made
    for name in made:
        postgres.drop_database(name)


@pytest.fixture
def database(
    postgres: postgreses.Postgres, template: Callable[[str], str], databases: set[str]
) -> Callable[[str], str]:
    """Give a function: the name of a service, or `shared` for the plumbing only -> a URL.

    Nothing is in it, though an earlier test may have used it: whoever changes what was there
    changes it back. Tables that a test builds are gone with it.
    """
    asked = Counter[str]()

    def fresh(service: str) -> str:
        asked[service] += 1
        name = f"{service}_{asked[service]}_{RUN}"
        if name in databases:
            postgres.execute(EMPTY, name)
            return postgres.url(name)
        databases.add(name)
        return postgres.create_database(name, template(service))

    return fresh


@pytest.fixture
def any_day(postgres: postgreses.Postgres) -> Iterator[Callable[[Database, str], None]]:
    """Give what lets a table hold any day of PostgreSQL's until the test ends: an unreadable row.

    Asked for after the service, so that it ends before.
    """
    let = set[str]()

    def allow(database: Database, table: str) -> None:
        name = database.engine.url.database or ""
        postgres.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_days", name)
        let.add(name)

    yield allow
    for name in let:
        postgres.execute(REFUSING, name)
