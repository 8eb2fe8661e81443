"""A stage: databases, topics and replicas of the services, which a test may kill."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml
from tests.callers import PUBLIC_KEY, bearer
from tests.eventually import eventually
from tests.faults.conftest import World

from jobbpakten import topics
from jobbpakten.parts import processes
from jobbpakten.parts.services import Keys, Service
from membership import profiles
from shared.database import connect_directly
from shared.migrations import migrate

SERVICES = ("membership", "followup")
SESSION_MS = 2_000
NETWORK = "faults"


@dataclass
class Stage:
    """Two replicas of each service on databases and topics of their own."""

    world: World
    ours: processes.Processes
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
    def profiles(self) -> Path:
        return self.ours.folder / "profiles"

    def settings(self, service: str) -> dict[str, str]:
        about = {
            "DATABASE_URL": self.world.postgres.url(self.database(service)),
            "KAFKA_SERVERS": self.world.kafka.servers,
            "KAFKA_TOPIC_PREFIX": self.prefix,
            "TOKEN_PUBLIC_KEY": PUBLIC_KEY,
            "MUNICIPALITY": "0380",
            "ENVIRONMENT": "test",
            "CLOCK": "manual",
            "SESSION_TIMEOUT_MS": str(SESSION_MS),
            "HANDLER_LIMIT_SECONDS": "2",
        }
        about |= {"PROFILES": str(self.profiles)} if service == "membership" else {}
        named = {f"{service.upper()}_{name}": value for name, value in about.items()}
        named |= self.keys.settings
        return os.environ | named | {"CRASH_ORDERS": str(self.orders(service))}

    def prepare(self) -> None:
        """Make databases with their schemas, and a network in which large numbers are promised."""
        self.profiles.mkdir()
        (self.profiles / f"{NETWORK}.yaml").write_text(generous_profile(), "utf-8")
        for service in SERVICES:
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
        connection = await connect_directly(self.world.postgres.url(self.database(service)))
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()


def generous_profile() -> str:
    """Give the shipped profile as a network of our own, in which 1000 of everything is allowed."""
    shipped = yaml.safe_load((profiles.SHIPPED / "jobbpakten.yaml").read_text("utf-8"))
    for offer in shipped["offers"].values():
        offer["at_most"] = dict.fromkeys(offer["at_most"], 1_000)
    return yaml.safe_dump(shipped | {"network": NETWORK}, allow_unicode=True)


@asynccontextmanager
async def staged(world: World, replicas: int = 2) -> AsyncIterator[Stage]:
    """Give a stage whose replicas are up; they end with the block, and their databases go."""
    folder = world.folder / uuid4().hex[:4]
    folder.mkdir()
    with processes.owned(folder / "s") as ours:
        ours.folder.mkdir()
        stage = Stage(world, ours)
        await asyncio.to_thread(stage.prepare)
        await topics.apply(world.kafka.servers, stage.prefix, replication=1, partitions=2)
        for service in SERVICES * replicas:
            stage.start(service)
        for replica in stage.replicas:
            await asyncio.to_thread(replica.until_ready)
        yield stage


STAFF = {
    role: bearer("membership", role, seconds=28_000, networks=[NETWORK])
    for role in ("signatory", "vetting_officer", "decider", "coordinator")
}
NUMBERS = (
    "556036-0793",
    "556012-5790",
    "556016-0680",
    "556056-6258",
    "556703-7485",
    "556042-7220",
)


async def promise(http: httpx.AsyncClient, number: str) -> list[str]:
    """Lead one organisation to an agreement in force; give the ids of its two commitments."""
    headers = dict(STAFF)

    async def act(role: str, path: str, **body: Any) -> Any:
        method = "PUT" if path.endswith("answers") else "POST"
        read = {"If-Match": '"1"'} if path.endswith("sharing") else {}
        answer = await http.request(method, path, json=body, headers=headers[role] | read)
        assert answer.is_success, answer.text
        return answer.json()

    place = f"/networks/{NETWORK}/members"
    facts = {"number": number, "name": f"Bolag {number}", "sector": "business", "size": "large"}
    applied = await act("signatory", place, **facts)
    member = f"{place}/{applied['membership_id']}"
    own = {"organisation": applied["organisation_id"], "networks": [NETWORK]}
    headers["signatory"] = bearer("membership", "signatory", **own)
    values = ("non_discrimination", "gender_equality", "equality", "human_rights")
    await act("signatory", f"{member}/values", text_version="2023-1", **dict.fromkeys(values, True))
    await act("vetting_officer", f"{member}/vetting")
    network = await http.get(f"/networks/{NETWORK}", headers=STAFF["coordinator"])
    yes = [{"item": i, "answer": "yes", "evidence": "AMN-1"} for i in network.json()["checklist"]]
    await act("vetting_officer", f"{member}/vetting/answers", answers=yes)
    await act("decider", f"{member}/vetting/decision", outcome="accepted")
    promised = [{"offer": offer, "units": 20} for offer in ("study_visit", "lecture")]
    await act("coordinator", f"{member}/agreement", commitments=promised)
    text = (await act("coordinator", f"{member}/agreement/sharing"))["text_hash"]
    await act("signatory", f"{member}/agreement/signatures", text_hash=text)
    signed = await act("decider", f"{member}/agreement/signatures", text_hash=text)
    return [one["commitment_id"] for one in signed["commitments"]]


async def quiet(stage: Stage, limit_s: float = 60) -> None:
    """Wait until everything told was heard: read heard first, then told, then the outboxes."""
    hears = {"membership.v1": ("membership", "followup"), "followup.v1": ("followup", "membership")}

    async def settled() -> None:
        heard = {
            topic: await streams(stage, listener, "inbox", topic)
            for topic, (_, listener) in hears.items()
        }
        for topic, (teller, _) in hears.items():
            assert await streams(stage, teller, "streams", topic) == heard[topic]
        for service in SERVICES:
            assert await stage.rows(service, "SELECT 1 FROM outbox LIMIT 1") == []
            assert await stage.rows(service, "SELECT topic, key, reason FROM parked") == []

    await eventually(settled, timeout=limit_s, every=0.3)


async def streams(stage: Stage, service: str, table: str, topic: str) -> dict[str, int]:
    sql = f"SELECT key, version FROM {table} WHERE topic = $1"  # the table is a word of ours
    return {row["key"]: row["version"] for row in await stage.rows(service, sql, topic)}


def log_of(replica: Service) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in replica.log.read_text().splitlines()]
