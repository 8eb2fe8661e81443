"""What tests of the edges start from: a Kafka with many doors, a PostgreSQL that takes TLS only."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.shared.support.doors import Doors, opened
from tests.shared.support.notes import Local
from tests.support.callers import settings

from jobbpakten_local.parts import secured as part
from jobbpakten_local.parts.certificates import Authority
from shared.settings import DRIVER

# As much of a migrated database as a service looks at before it serves anybody.
MIGRATED = [
    "CREATE TABLE alembic_version AS SELECT '9999'::text AS version_num",
    "CREATE TABLE streams (topic text)",
    """CREATE TABLE epochs (number bigint GENERATED ALWAYS AS IDENTITY, epoch text, lineage text,
        because text)""",
    "GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC",
]


@dataclass
class Town:
    """A server that takes TLS only, with a user of a password and one of a certificate."""

    server: part.Secured
    folder: Path
    ours: Authority
    password: str = field(default_factory=lambda: secrets.token_hex(16))

    def settings(self, user: str = "membership", host: str = "localhost", **more: Any) -> Local:
        """Give settings of a service that is let in, but for what the test has otherwise."""
        usual = {"database_tls": "verify-full", "database_ca_file": str(self.folder / "ca.crt")}
        if user == "membership":
            usual["database_password"] = self.password
        if user == "certified":
            usual |= self.certificate(self.ours, "certified")
        url = f"{DRIVER}://{user}@{host}:{self.server.port}/town"
        return settings(Local, url, **{**usual, **more})

    def certificate(self, authority: Authority, name: str, **how: Any) -> dict[str, str]:
        """Give the settings of a client's certificate."""
        files = authority.sign(name, **how).write(self.folder, secrets.token_hex(4))
        return {
            "database_certificate_file": str(files.certificate),
            "database_key_file": str(files.key),
        }


@pytest.fixture(scope="session")
def doors(run_folder: Path) -> Iterator[Doors]:
    with opened(run_folder / "doors") as found:
        yield found


@pytest.fixture(scope="session")
def a_town(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder, ours = tmp_path_factory.mktemp("tls"), Authority()
    ours.write(folder)
    with part.started(run_folder / "tls", ours.sign("db"), ours.pem) as server:
        town = Town(server, folder, ours)
        server.by_socket.execute(f"CREATE ROLE membership LOGIN PASSWORD '{town.password}'")
        server.by_socket.execute("CREATE ROLE certified LOGIN")
        server.by_socket.create_database("town")
        for statement in MIGRATED:
            server.by_socket.execute(statement, "town")
        yield town


@pytest.fixture
def town(a_town: Town) -> Iterator[Town]:
    """Give the town as it was: with its own certificate, whatever a test has had it show."""
    yield a_town
    a_town.server.show(a_town.ours.sign("db"))
