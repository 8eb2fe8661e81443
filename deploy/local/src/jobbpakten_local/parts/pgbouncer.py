"""pgbouncer in transaction mode before a PostgreSQL, as municipalities put it there.

Taken from this machine where it is new enough, else from a newer Debian's packages: nothing is
installed, and nobody has to be root.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import URL

from jobbpakten_local.parts import Unavailable, one_at_a_time, postgres, processes, say
from jobbpakten_local.parts.kafka import free_ports
from shared.settings import DRIVER

OLDEST = (1, 21)  # the first that keeps prepared statements in transaction mode
SUITE = "trixie"
PACKAGES = ["pgbouncer", "libc6", "libcares2", "libevent-2.1-7t64", "libpam0g", "libssl3t64"]
PACKAGES += ["libsystemd0", "libaudit1", "libcap-ng0", "libcap2", "libzstd1", "libgcc-s1", "zlib1g"]
KEPT = ("URIs", "Signed-By", "Trusted")  # of a machine's source, for the newer Debian's
START_S = 60
# docs/operations/postgresql.md shows them, and why.
SETTINGS = {
    "pool_mode": "transaction",
    "max_prepared_statements": "200",
    "default_pool_size": "60",
    "max_client_conn": "1000",
    "tcp_keepidle": "10",
    "tcp_keepintvl": "5",
    "tcp_keepcnt": "3",
    "tcp_user_timeout": "15000",
    "query_wait_timeout": "15",
    "server_connect_timeout": "8",
}


@dataclass(frozen=True)
class Pooler(processes.Embedded):
    """A pgbouncer; every database of the server may be reached through it."""

    port: int
    command: tuple[str | Path, ...]
    owner: str | None

    def url(self, database: str, user: str = "postgres", password: str | None = None) -> str:
        made = URL.create(DRIVER, user, password, "127.0.0.1", self.port, database)
        return made.render_as_string(hide_password=False)

    def start(self) -> None:
        self.run(
            *self.command,
            self.folder / "pgbouncer.ini",
            ready=self.is_listening,
            limit_s=START_S,
            user=self.owner,
        )

    def is_listening(self) -> bool:
        found = self.current[0].net_connections("tcp")
        return any(one.status == psutil.CONN_LISTEN for one in found)


@contextmanager
def started(
    folder: Path, server: postgres.Postgres, users: Mapping[str, str] | None = None, **more: str
) -> Iterator[Pooler]:
    """Give a pooler before an embedded server; with `users` it asks each for her password."""
    with processes.owned(folder) as ours:
        pooler = Pooler(ours, free_ports()[0], program(), server.embedded.owner)
        ours.folder.mkdir(exist_ok=True)
        write(pooler, server, users, more)
        pooler.start()
        yield pooler


def write(
    pooler: Pooler,
    server: postgres.Postgres,
    users: Mapping[str, str] | None,
    more: Mapping[str, str],
) -> None:
    folder, socket = pooler.folder, server.address.query
    lines = "".join(f'"{user}" "{word}"\n' for user, word in (users or {}).items())
    (folder / "users.txt").write_text(lines)
    settings = SETTINGS | {
        "listen_addr": "127.0.0.1",
        "listen_port": str(pooler.port),
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256" if users else "any",
        "auth_file": str(folder / "users.txt"),
        **more,
    }
    as_whom = "" if users else " user=postgres"
    said = ["[databases]", f"* = host={socket['host']} port={socket['port']}{as_whom}"]
    said += ["[pgbouncer]", *(f"{name} = {value}" for name, value in settings.items())]
    (folder / "pgbouncer.ini").write_text("\n".join(said) + "\n")
    if pooler.owner:
        hand_over(pooler.owner, folder)


def hand_over(owner: str, folder: Path) -> None:
    """Let the user read what the folder holds: it isn't ours to run a server."""
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, owner)


def program() -> tuple[str | Path, ...]:
    """Give what runs a new enough pgbouncer; Unavailable where there is none and none comes."""
    here = shutil.which("pgbouncer")
    if here and version(here) >= OLDEST:
        return (here,)
    with one_at_a_time("pgbouncer") as folder:
        done = folder / SUITE
        if not done.exists():
            fetch(folder, done)
        postgres.owner_of(done, done / "usr/sbin")  # whoever PostgreSQL runs as runs this too
        (libraries,) = {path.parent for path in done.glob("usr/lib/*/libevent-2.1.so.7")}
        (linker,) = libraries.glob("ld-linux*.so.*")
        return (linker, "--library-path", libraries, done / "usr/sbin/pgbouncer")


def version(program: str) -> tuple[int, ...]:
    told = subprocess.run([program, "--version"], check=False, capture_output=True, text=True)  # noqa: S603 - the machine's own pgbouncer
    number = re.search(r"PgBouncer (\d+)\.(\d+)", told.stdout)
    return tuple(map(int, number.groups())) if number else (0, 0)


def fetch(folder: Path, done: Path) -> None:
    """Ask the mirror of this machine for a newer Debian's packages, and unpack them."""
    say(f"fetching pgbouncer of Debian {SUITE}, 25 MB, once, into {folder}")
    begun = folder / "new"
    shutil.rmtree(begun, ignore_errors=True)
    for one in ("lists/partial", "cache/archives/partial", "debs", "root"):
        (begun / one).mkdir(parents=True)
    (begun / "newer.sources").write_text(newer())
    apt = ["apt-get", "-q", "-o", f"Dir::Etc::sourcelist={begun / 'newer.sources'}"]
    for name, where in (("Etc::sourceparts", "/dev/null"), ("State::status", "/dev/null")):
        apt += ["-o", f"Dir::{name}={where}"]
    apt += ["-o", f"Dir::State::lists={begun / 'lists'}", "-o", f"Dir::Cache={begun / 'cache'}"]
    apt += ["-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=true"]
    run([*apt, "update"], begun)
    run([*apt, "download", *PACKAGES], begun / "debs")
    for package in (begun / "debs").glob("*.deb"):
        run(["dpkg", "-x", str(package), str(begun / "root")], begun)
    (begun / "root").rename(done)
    shutil.rmtree(begun)


def run(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603 - the machine's own programs
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(
            f"pgbouncer can't be fetched ({command[0]}: {type(error).__name__}): "
            "install pgbouncer 1.21 or newer"
        ) from error


def newer() -> str:
    """Give this machine's own source of packages, but for the newer Debian."""
    folder, old = Path("/etc/apt/sources.list.d"), Path("/etc/apt/sources.list")
    for file in sorted(folder.glob("*.sources")):
        for stanza in file.read_text().split("\n\n"):
            fields = dict(re.findall(r"^([\w-]+):\s*(.+)$", stanza, re.MULTILINE))
            if "main" in fields.get("Components", "").split():
                return source({name: fields[name] for name in KEPT if name in fields})
    lines = old.read_text() if old.exists() else ""
    if found := re.search(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)\s.*\smain\b", lines, re.MULTILINE):
        return source({"URIs": found[1]})
    raise Unavailable("this machine has no Debian packages: install pgbouncer 1.21 or newer")


def source(fields: Mapping[str, str]) -> str:
    named = {**fields, "Types": "deb", "Suites": SUITE, "Components": "main"}
    return "".join(f"{name}: {value}\n" for name, value in named.items())
