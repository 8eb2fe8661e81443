"""A stage: databases, topics, a mail server and replicas of services, which a test may kill."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml
from tests.faults.conftest import World
from tests.support.callers import PUBLIC_KEY, bearer
from tests.support.eventually import PATIENCE_S
from tests.support.networks import copied, say

from jobbpakten import reconciliation
from jobbpakten.cli.environment import hears
from jobbpakten.keys import Keys
from jobbpakten_local.parts import mail, processes
from jobbpakten_local.parts.kafka_access import declare
from jobbpakten_local.parts.mail import Post
from jobbpakten_local.parts.services import Service
from shared.edges.postgres import Door
from shared.migrations import migrate
from shared.time import clock

TWO = {"membership": 2, "followup": 2}
ALL = {"membership": 2, "matching": 2, "notifications": 2, "followup": 1}
SESSION_MS = 2_000
NETWORK = "faults"
SENDER = "jobbpakten@kommunen.example"


@dataclass
class Stage:
    """Replicas of services on databases and topics of their own."""

    world: World
    ours: processes.Processes
    post: Post
    services: tuple[str, ...]
    pooled: bool
    name: str = field(default_factory=lambda: uuid4().hex[:6])
    replicas: list[Service] = field(default_factory=list)
    keys: Keys = field(default_factory=Keys)

    @property
    def prefix(self) -> str:
        return f"{self.name}."

    def database(self, service: str) -> str:
        return f"{service}_{self.name}"

    def orders(self, service: str) -> Path:
        return self.ours.folder / f"orders-{service}"

    @property
    def networks(self) -> Path:
        return self.ours.folder / "networks"

    @property
    def databases(self) -> dict[str, str]:
        return {one: self.world.postgres.url(self.database(one)) for one in self.services}

    def settings(self, service: str) -> dict[str, str]:
        direct = self.world.postgres.url(self.database(service))
        about = {
            "DATABASE_URL": direct,
            "KAFKA_TOPIC_PREFIX": self.prefix,
            "TOKEN_PUBLIC_KEY": PUBLIC_KEY,
            "MUNICIPALITY": "0380",
            "ENVIRONMENT": "test",
            "CLOCK": "manual",
            "PATH_PREFIX": f"/{service}",
            "NETWORKS": str(self.networks),
            "SESSION_TIMEOUT_MS": str(SESSION_MS),
        }
        if self.pooled:
            through = self.world.pooler().url(self.database(service))
            about |= {"DATABASE_URL": through, "DATABASE_DIRECT_URL": direct}
        about |= self.world.kafka.access.settings_for(service)
        about |= self.of_mail() if service == "notifications" else {}
        named = {f"{service.upper()}_{name}": value for name, value in about.items()}
        named |= self.keys.settings
        return os.environ | named | {"CRASH_ORDERS": str(self.orders(service))}

    def of_mail(self) -> dict[str, str]:
        """Give what sends mails its server, and less patience than with a real one."""
        return {
            "PUBLIC_URL": "http://127.0.0.1",
            "SMTP_HOST": self.post.host,
            "SMTP_PORT": str(self.post.port),
            "SMTP_STARTTLS": "false",
            "SENDER": SENDER,
            "CLAIM_SECONDS": "12",
            "RETRY_SECONDS": "2",
        }

    def prepare(self) -> None:
        """Make databases with their schemas, and a network in which large numbers are promised."""
        generous(self.networks)
        for service in self.services:
            self.orders(service).mkdir()
            migrate(service, self.world.postgres.create_database(self.database(service)))

    def start(self, service: str) -> Service:
        replica = len(self.of(service)) + 1
        started = Service(service, self.ours, self.settings(service), replica)
        self.replicas.append(started)
        started.start()
        return started

    def of(self, service: str) -> list[Service]:
        return [replica for replica in self.replicas if replica.name == service]

    async def rows(self, service: str, sql: str, *values: Any) -> list[Any]:
        connection = await Door(self.world.postgres.url(self.database(service))).connect()
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()


def generous(folder: Path) -> None:
    """Make the shipped network one of our own, in which 1000 of everything may be promised."""
    file = copied(folder, NETWORK) / "membership.yaml"
    sizes = dict.fromkeys(("micro", "small", "medium", "large"), 1_000)
    for offer in yaml.safe_load(file.read_text("utf-8"))["offers"]:
        say(file, f"offers.{offer}.at_most", sizes)


@asynccontextmanager
async def staged(
    world: World, replicas: Mapping[str, int] = TWO, *, pooled: bool = False
) -> AsyncIterator[Stage]:
    """Give a stage whose replicas are up; they end with the block, and their databases go.

    `pooled`: they reach their databases through pgbouncer, as all do with POOLER=pgbouncer.
    """
    pooled = pooled or os.environ.get("POOLER") == "pgbouncer"
    folder = world.folder / uuid4().hex[:4]
    folder.mkdir()
    with processes.owned(folder / "s") as ours, mail.started(folder / "m") as post:
        ours.folder.mkdir()
        stage = Stage(world, ours, post, tuple(replicas), pooled)
        await asyncio.to_thread(stage.prepare)
        await declare(world.kafka.access, stage.prefix)
        for service, several in replicas.items():
            for _ in range(several):
                stage.start(service)
        for replica in stage.replicas:
            await asyncio.to_thread(replica.until_ready)
        yield stage


async def set_the_day(stage: Stage) -> date:
    """Have all services stay on the day that it is: a race may go on past midnight."""
    today = clock.now().astimezone(clock.STOCKHOLM).date()
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        for service in stage.services:
            url = f"{stage.of(service)[0].probes}/clock"
            answer = await http.put(
                url, json={"today": today.isoformat()}, headers=bearer(service, "system")
            )
            assert answer.is_success, answer.text
    return today


async def quiet(stage: Stage, limit_s: float = 60) -> None:
    """Wait until everything told was heard, and nothing is under way or parked."""
    listeners = {one: topics for one, topics in hears().items() if one in stage.services}
    await reconciliation.until_quiet(stage.databases, listeners, limit_s)


async def streams(stage: Stage, service: str, table: str, topic: str) -> dict[str, int]:
    sql = f"SELECT key, version FROM {table} WHERE topic = $1"  # the table is a word of ours
    return {row["key"]: row["version"] for row in await stage.rows(service, sql, topic)}


def log_of(replica: Service) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in replica.log.read_text().splitlines()]
