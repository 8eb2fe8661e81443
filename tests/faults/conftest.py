"""What the fault tests stand on: a PostgreSQL and a Kafka of their own, which they break."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from jobbpakten_local.parts import kafka as kafkas
from jobbpakten_local.parts import pgbouncer
from jobbpakten_local.parts import postgres as postgreses

SEEDS = (7, 19, 40)
POOLED = 19  # of these runs through pgbouncer; with POOLER=pgbouncer every one does
# docs/operations/postgresql.md: through a pooler a session brings no settings of its own.
OF_THE_ROLE = {"lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}
# Members that are gone after 2 s, and a broker that knows its own death soon.
BROKER = {
    "group.min.session.timeout.ms": "1000",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}


@dataclass(frozen=True)
class World:
    """What services stand on, and what can be taken away from them."""

    postgres: postgreses.Postgres
    kafka: kafkas.Kafka
    pooler: Callable[[], pgbouncer.Pooler]
    folder: Path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--minutes", type=float, default=0, help="run the faults for so long")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Three seeds always; with `--minutes`, as many more as fit, a minute and a half each."""
    if "seed" in metafunc.fixturenames and metafunc.module.__name__.endswith("nothing_is_lost"):
        more = int((metafunc.config.getoption("--minutes", default=0) or 0) / 1.5)
        metafunc.parametrize("seed", [*SEEDS, *range(100, 100 + more)])


@pytest.fixture(scope="session")
def minutes(request: pytest.FixtureRequest) -> float:
    return float(request.config.getoption("--minutes", default=0) or 0)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> Iterator[World]:
    folder = run_folder / tmp_path_factory.mktemp("f").name
    folder.mkdir()
    with (
        postgreses.started(folder / "p", durable=False) as postgres,
        kafkas.started(folder / "k", BROKER) as kafka,
        ExitStack() as after,
    ):
        for setting, value in OF_THE_ROLE.items():
            postgres.execute(f"ALTER ROLE postgres SET {setting} = '{value}'")
        pooler = cache(lambda: after.enter_context(pgbouncer.started(folder / "b", postgres)))
        yield World(postgres, kafka, pooler, folder)
