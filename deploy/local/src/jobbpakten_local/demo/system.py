"""What the story is played on: databases, topics, and each service as a process of its own."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from aiokafka.errors import KafkaError

from jobbpakten.cli.environment import hears, services
from jobbpakten.cli.tokens import PRIVATE_KEY
from jobbpakten.keys import Keys
from jobbpakten_local.demo import preflight
from jobbpakten_local.demo.environments import (
    MUNICIPALITY,
    of_operator,
    settings,
    surroundings,
    write,
)
from jobbpakten_local.demo.network.callers import NETWORK, Callers
from jobbpakten_local.parts import (
    Unavailable,
    finished,
    kafka,
    mail,
    postgres,
    processes,
    proxy,
    say,
)
from jobbpakten_local.parts.kafka import free_ports
from jobbpakten_local.parts.kafka_access import ADMIN, Access, declare
from jobbpakten_local.parts.mail import Post
from jobbpakten_local.parts.services import Service
from shared.messaging.kafka import TOPICS, missing
from shared.migrations import migrate

NAME = "jobbpakten-demo"
PARTITIONS = 2


@dataclass(frozen=True, slots=True)
class System:
    """Services that answer, and what one must know to look at them."""

    folder: Path
    services: Mapping[str, Service]
    address: str  # leads to all of them
    databases: Mapping[str, str]
    hears: Mapping[str, set[str]]
    keys: Keys
    post: Post

    @property
    def urls(self) -> dict[str, str]:
        return {name: f"{self.address}/{name}" for name in self.services}

    @property
    def probes(self) -> dict[str, str]:
        return {name: service.probes for name, service in self.services.items()}

    @property
    def settings(self) -> Path:
        return self.folder / "settings"

    def callers(self, http: httpx.AsyncClient, network: str = NETWORK) -> dict[str, Callers]:
        """Give who calls each service about a network, at the address that leads to all."""
        return {
            name: Callers(name, url, self.probes[name], self.keys, http, network)
            for name, url in self.urls.items()
        }

    def memory(self) -> dict[str, int]:
        """Give the bytes that each process holds in memory."""
        running = {name: one.process for name, one in self.services.items() if one.process}
        return {name: process.memory_info().rss for name, process in running.items()}

    def ended(self) -> list[Service]:
        """Name the services whose process has ended by itself."""
        return [
            one for one in self.services.values() if one.process and one.process.poll() is not None
        ]


@contextmanager
def built(folder: Path) -> Iterator[System]:
    """Build everything in the folder; Unavailable where a given part holds something already."""
    with ThreadPoolExecutor(1) as aside, postgres.started(folder / "postgres", durable=False) as pg:
        # An embedded PostgreSQL is new and ours: no need to wait until Kafka is there too.
        early = aside.submit(migrated, pg, NAME) if pg.server else None
        with kafka.started(folder / "kafka") as cluster:
            preflight.check(pg, cluster, NAME, databases(NAME).values())
            urls = early.result() if early else migrated(pg, NAME)
            with (
                mail.started(folder / "mail") as post,
                running(folder / "services", urls, cluster.access, NAME, post) as system,
            ):
                yield system


def databases(name: str) -> dict[str, str]:
    return {service: f"{name}-{service}" for service in services()}


def migrated(server: postgres.Postgres, name: str) -> dict[str, str]:
    """Make the databases with their schemas, and give their addresses."""
    urls: dict[str, str] = {}
    for service, database in databases(name).items():
        urls[service] = preflight.database(server, database)
        finished(asyncio.to_thread(migrate, service, urls[service]))
        say(f"databases: {service} is migrated, {len(urls)} of {len(services())}")
    return urls


@contextmanager
def running(
    folder: Path,
    urls: Mapping[str, str],
    access: Access,
    name: str,
    post: Post,
    *,
    municipality: str = MUNICIPALITY,
) -> Iterator[System]:
    """Make the topics, start the services and wait until each has joined its group."""
    folder.mkdir(parents=True, exist_ok=True)
    make_topics(access, f"{name}.")
    with processes.owned(folder) as ours:
        keys = Keys()
        (port,) = free_ports(1)
        environment = settings(urls, access, name, keys, post, port=port, municipality=municipality)
        around = surroundings() | environment
        started = {one: Service(one, ours, around) for one in urls}
        address = proxy.start(ours, port, {one: it.port for one, it in started.items()})
        system = System(folder, started, address, urls, hears(), keys, post)
        try:
            for_a_shell = of_operator(access, name) | {PRIVATE_KEY: keys.private}
            write(system.settings, environment | for_a_shell)
            start(started.values())
            yield system
        finally:
            system.settings.unlink(missing_ok=True)
            for service in started.values():
                service.ask_to_stop()  # all at once: none waits for another


def start(several: Collection[Service]) -> None:
    """Start services, and wait until each is ready."""
    for service in several:
        service.start()
    for number, service in enumerate(several, 1):
        service.until_ready()
        say(f"services: {service.name} is up, {number} of {len(several)}")


def make_topics(access: Access, prefix: str) -> None:
    """Make all that are declared; Unavailable where Kafka doesn't let us."""
    say(f"topics: making {len(TOPICS)}")
    try:
        why = ", ".join(sorted(finished(made(access, prefix))))
    except KafkaError as error:
        why = str(error)
    if why:
        fix = "allow it, or make them"
        at = access.servers
        raise Unavailable(f"Kafka at {at} doesn't let us make our topics ({why}): {fix}")


async def made(access: Access, prefix: str) -> set[str]:
    """Make the topics, and give those that Kafka refused to make."""
    await declare(access, prefix, PARTITIONS)
    return await missing(access.reached_by(ADMIN), prefix, {*TOPICS})
