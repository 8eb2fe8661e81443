"""Apache Kafka: one node in KRaft mode that tests may kill and start again.

It takes TLS only, and lets nobody do what no list says: each service comes by its own user.
"""

import asyncio
import os
import random
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from jobbpakten_local.parts import Unavailable, finished, jars, processes, say, source
from jobbpakten_local.parts.kafka_access import ADMIN, SECURED, Access, certified, drawn, scram

JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms64m", "-Xmx384m", "-Dlog4j2.level=WARN")
CLUSTER = "am9iYnBha3Rlbi1vbmUtMQ"  # 16 bytes in base64, any will do
ONE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
}
PORTS = range(
    20_000, 32_000
)  # below those of outgoing connections, which could take ours while the broker is down
START_S = 180
GIVEN_S = 30
GROUPS = ("a", "b", "c", "d")  # their coordinators lie on the four partitions of the offsets topic
_given = set[int]()  # ports, by this process


@dataclass(frozen=True)
class Broker(processes.Embedded):
    """The embedded broker: always on the same folder and the same port."""

    ports: Sequence[int]  # for others, for itself, for its controller
    command: tuple[str | Path, ...]
    access: Access

    def start(self) -> None:
        self.run(*self.command, ready=lambda: listens(self.ports[0]), limit_s=START_S)
        finished(groups_can_be_joined(self.access.reached_by(ADMIN)))


@dataclass(frozen=True)
class Kafka:
    """A cluster, wherever it is."""

    access: Access
    broker: Broker | None = None

    @property
    def servers(self) -> str:
        return self.access.servers

    @property
    def embedded(self) -> Broker:
        if self.broker is None:
            raise Unavailable(
                "only the embedded Kafka is ours to stop: unset KAFKA_SERVERS and PARTS"
            )
        return self.broker


@contextmanager
def started(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Kafka]:
    """Give a Kafka whose groups can be joined; an embedded one ends with the block.

    The settings are the broker's own (`group.min.session.timeout.ms`); a given one has its own.
    """
    taken, why = source("KAFKA_SERVERS")
    if taken == "given":
        yield given(why)
    elif taken == "docker":
        with container(settings or {}) as servers:
            say(f"Kafka: a container at {servers}, because {why}")
            yield Kafka(Access(servers))
    else:
        with processes.owned(folder) as ours:
            broker = embedded(ours, settings or {})
            say(f"Kafka {jars.KAFKA_VERSION}: embedded in {folder}, because {why}")
            broker.start()
            yield Kafka(broker.access, broker)


def given(why: str) -> Kafka:
    access = Access(servers := os.environ["KAFKA_SERVERS"])
    try:
        finished(groups_can_be_joined(access.reached_by(ADMIN), limit_s=GIVEN_S))
    except (OSError, KafkaError, ValueError) as error:
        raise Unavailable(
            f"Kafka at {servers} doesn't answer ({error}): start it, or unset KAFKA_SERVERS"
        ) from error
    say(f"Kafka: {servers}, because {why}")
    return Kafka(access)


@contextmanager
def container(settings: Mapping[str, str]) -> Iterator[str]:
    from testcontainers.community.kafka import KafkaContainer  # noqa: PLC0415 - seldom needed

    from jobbpakten_local.parts import containers  # noqa: PLC0415 - slow to import

    def made() -> KafkaContainer:
        asked = {
            f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in settings.items()
        }
        names = {"KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false", **asked}
        return KafkaContainer().with_kraft().with_envs(**names)

    with containers.running(made) as it:
        servers = it.get_bootstrap_server()
        finished(groups_can_be_joined(Access(servers).reached_by(ADMIN)))
        yield servers


def embedded(ours: processes.Processes, settings: Mapping[str, str]) -> Broker:
    """Make a broker in the folder, which is new: certificates, users and settings of its own."""
    ours.folder.mkdir(exist_ok=True)
    ports = free_ports(3)
    certificates = certified(ours.folder)
    written = ours.folder / "server.properties"
    written.write_text(properties(ours.folder, ports, {**certificates, **settings}))
    access = Access(f"127.0.0.1:{ports[0]}", Path(certificates["ssl.truststore.location"]), drawn())
    run = (jars.java(), *JVM, "-cp", jars.class_path())
    form(ours.folder, run, written, access)
    return Broker(ours, ports, (*run, "kafka.Kafka", written), access)


def form(folder: Path, run: Sequence[str | Path], settings: Path, access: Access) -> None:
    """Format the folder, with the users in it."""
    told_of = folder / "users"  # a file, and gone at once: a command line is seen by everybody
    told_of.touch(mode=0o600)
    told_of.write_text("\n".join(scram(access.passwords)))
    words = ("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", settings, f"@{told_of}")
    # In a session of its own: a Ctrl-C is ours to heed, after.
    told = subprocess.run(  # noqa: S603 - Kafka's own program
        [*run, *words], check=False, capture_output=True, text=True, start_new_session=True
    )
    told_of.unlink()
    if told.returncode:
        raise Unavailable(f"Kafka can't make its folder {folder}: {told.stdout}{told.stderr}")


def properties(folder: Path, ports: Sequence[int], settings: Mapping[str, str]) -> str:
    names = ("SASL", "INTERNAL", "CONTROLLER")
    where = {
        "log.dirs": str(folder / "data"),
        "listeners": ",".join(
            f"{name}://127.0.0.1:{port}" for name, port in zip(names, ports, strict=True)
        ),
        "controller.quorum.voters": f"1@127.0.0.1:{ports[-1]}",
    }
    every = {**ONE_NODE, **SECURED, **where, **settings}
    return "".join(f"{name}={value}\n" for name, value in every.items())


def free_ports(count: int = 2) -> list[int]:
    """Give ports on which nobody listens, and none twice: whoever has one may not listen yet."""
    drawn = [port for port in random.sample(PORTS, 50) if port not in _given]
    found = [port for port in drawn if not listens(port)][:count]
    _given.update(found)
    return found


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


async def groups_can_be_joined(reached_by: Mapping[str, Any], limit_s: float = START_S) -> None:
    """Wait for the coordinators: an open port has none yet, or they are still loading."""
    patience = time.monotonic() + limit_s
    while True:
        client = AIOKafkaAdminClient(**reached_by, request_timeout_ms=5000)
        try:
            await client.start()
            for group in GROUPS:
                await client.list_consumer_group_offsets(group)
        except KafkaError:
            if time.monotonic() > patience:
                raise
        else:
            return
        finally:
            await client.close()
        await asyncio.sleep(0.05)
