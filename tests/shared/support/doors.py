"""A Kafka with a door for each certificate that can be amiss, and a way that leads to any of them.

Nothing is allowed anybody who comes by a user; who comes without one may all.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from jobbpakten_local.parts import finished, jars, processes
from jobbpakten_local.parts.certificates import Authority
from jobbpakten_local.parts.kafka import CLUSTER, JVM, ONE_NODE, free_ports, groups_can_be_joined
from jobbpakten_local.parts.kafka import listens as is_open

SCRAM = "scram-sha-512"
LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
REAUTH_MS = 2_000  # so often a connection by RESTLESS is made anew
TLS = {"SASL": "SASL_SSL", "RESTLESS": "SASL_SSL", "MTLS": "SSL", "TLS": "SSL"}
BROKEN = {"EXPIRED": "SSL", "RENAMED": "SSL", "STRANGE": "SSL"}
DOORS = {"PLAIN": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"} | TLS | BROKEN
SETTINGS = ONE_NODE | {
    "listener.security.protocol.map": ",".join(f"{name}:{how}" for name, how in DOORS.items()),
    "inter.broker.listener.name": "PLAIN",
    "sasl.enabled.mechanisms": SCRAM.upper(),
    f"listener.name.sasl.{SCRAM}.sasl.jaas.config": LOGIN,
    f"listener.name.restless.{SCRAM}.sasl.jaas.config": LOGIN,
    f"listener.name.restless.{SCRAM}.connections.max.reauth.ms": str(REAUTH_MS),
    "listener.name.mtls.ssl.client.auth": "required",
    "listener.name.restless.ssl.client.auth": "requested",
    "ssl.truststore.type": "PEM",
    "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
}
START_S = 180


@dataclass
class Doors:
    """The broker, its authority, and what its administrator does."""

    ports: dict[str, int]
    authority: Authority
    folder: Path
    ca: str
    administrator: AdminClient = field(init=False)

    def __post_init__(self) -> None:
        self.administrator = AdminClient({"bootstrap.servers": self.plain, "log_level": 0})

    @property
    def plain(self) -> str:
        return f"127.0.0.1:{self.ports['PLAIN']}"

    def password(self, user: str, password: str) -> None:
        """Give a user a password."""
        how = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096)
        given = UserScramCredentialUpsertion(user, how, password.encode())
        for done in self.administrator.alter_user_scram_credentials([given]).values():
            done.result()

    def allow(self, user: str, kind: str, name: str, operation: str) -> None:
        for done in self.administrator.create_acls(
            [AclBinding(*described(user, kind, name, operation))]
        ).values():
            done.result()

    def withdraw(self, user: str, kind: str, name: str, operation: str) -> None:
        for done in self.administrator.delete_acls(
            [AclBindingFilter(*described(user, kind, name, operation))]
        ).values():
            assert len(done.result()) == 1

    def renew(self, door: str, signer: Authority) -> None:
        """Show another certificate of the same names at a door."""
        signer.sign("broker").write(self.folder, door)
        name = f"listener.name.{door.lower()}.ssl.keystore.location"
        entry = ConfigEntry(
            name, str(self.folder / f"{door}.pem"), incremental_operation=AlterConfigOpType.SET
        )
        changed = ConfigResource(ConfigResource.Type.BROKER, "1", incremental_configs=[entry])
        for done in self.administrator.incremental_alter_configs([changed]).values():
            done.result()


def described(user: str, kind: str, name: str, operation: str) -> tuple[Any, ...]:
    what = ResourceType[kind], name, ResourcePatternType.LITERAL
    return *what, f"User:{user}", "*", AclOperation[operation], AclPermissionType.ALLOW


@contextmanager
def opened(folder: Path) -> Iterator[Doors]:
    """Start the broker; it ends with the block."""
    with processes.owned(folder) as ours:
        folder.mkdir()
        ports = dict(zip(DOORS, free_ports(len(DOORS)), strict=True))
        authority = Authority()
        written = folder / "server.properties"
        settings = SETTINGS | certificates(folder, authority) | places(folder, ports)
        written.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        run = (jars.java(), *JVM, "-cp", jars.class_path())
        form = ("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", written)
        broker = processes.Embedded(ours)
        formatting = ours.start(*run, *form, log=folder / "format")
        assert formatting.wait(START_S) == 0, (folder / "format").read_text()
        broker.run(
            *run,
            "kafka.Kafka",
            written,
            ready=lambda: is_open(ports["PLAIN"]),
            limit_s=START_S,
        )
        finished(groups_can_be_joined({"bootstrap_servers": f"127.0.0.1:{ports['PLAIN']}"}))
        yield Doors(ports, authority, folder, str(folder / "ca.crt"))


def places(folder: Path, ports: dict[str, int]) -> dict[str, str]:
    listeners = {name: f"{name}://127.0.0.1:{port}" for name, port in ports.items()}
    # Each door is advertised as itself: whoever asks at one is led to the same.
    return {
        "log.dirs": str(folder / "data"),
        "listeners": ",".join(listeners.values()),
        "controller.quorum.voters": f"1@127.0.0.1:{ports['CONTROLLER']}",
    }


def certificates(folder: Path, authority: Authority) -> dict[str, str]:
    """Write a certificate for each door, and give where they lie."""
    pairs = {name: authority.sign("broker") for name in TLS} | {
        "EXPIRED": authority.sign("broker", expired=True),
        "RENAMED": authority.sign("broker", "kafka.example"),
        "STRANGE": Authority("another").sign("broker"),
    }
    found = {"ssl.truststore.location": str(authority.write(folder))}
    for name, pair in pairs.items():
        keystore = f"listener.name.{name.lower()}.ssl.keystore"
        found[f"{keystore}.type"] = "PEM"
        found[f"{keystore}.location"] = str(pair.write(folder, name).both)
    return found


@dataclass
class Way:
    """A port that leads to one of the doors, and later to another; it counts who came."""

    doors: Doors
    to: str
    port: int = 0
    came: int = 0
    lines: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        there, back = await asyncio.open_connection("127.0.0.1", self.doors.ports[self.to])
        self.lines |= {writer, back}
        try:
            await asyncio.gather(pass_on(reader, back), pass_on(there, writer))
        finally:
            self.lines -= {writer, back}
            writer.close()
            back.close()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while words := await reader.read(65_536):
            writer.write(words)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def way_to(doors: Doors, door: str) -> AsyncIterator[Way]:
    way = Way(doors, door)
    server = await asyncio.start_server(way.lead, "127.0.0.1", 0)
    way.port = server.sockets[0].getsockname()[1]
    async with server:
        try:
            yield way
        finally:
            for line in way.lines.copy():
                line.close()
