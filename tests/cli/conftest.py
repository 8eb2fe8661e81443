"""What the command line is tested on."""

import os
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from tests.cli.ledgers import HEARS, Ledgers

from jobbpakten_local.parts.postgres import Postgres

OURS = ("MEMBERSHIP_", "MATCHING_", "NOTIFICATIONS_", "FOLLOWUP_", "JOBBPAKTEN_")
EMPTIED = "TRUNCATE streams, outbox, inbox, parked, settlements"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the settings of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def two_databases(postgres: Postgres, template: Callable[[str], str]) -> Iterator[dict[str, str]]:
    """Give two services' databases for all these tests: cloning would take most of their time."""
    names = {service: f"{service}_{uuid4().hex}" for service in HEARS}
    yield {
        service: postgres.create_database(name, template("shared"))
        for service, name in names.items()
    }
    for name in names.values():
        postgres.drop_database(name)


@pytest.fixture
def ledgers(two_databases: dict[str, str]) -> Iterator[Ledgers]:
    """Give two services that have told and heard nothing yet."""
    yield Ledgers({**two_databases})
    for service in HEARS:
        Ledgers(two_databases).run(service, EMPTIED)


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    """Give a database without any table."""
    name = f"empty_{uuid4().hex}"
    yield postgres.create_database(name)
    postgres.drop_database(name)
