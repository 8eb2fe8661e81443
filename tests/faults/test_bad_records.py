"""Bad records on the real topic: each waits, is parked or passed over by rule; others flow."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from tests.faults.conftest import World
from tests.faults.stage import Stage, log_of, staged
from tests.shared.support.forgeries import plain
from tests.shared.support.records import made, record, with_body
from tests.support.eventually import eventually

from jobbpakten.cli.environment import hears
from jobbpakten_events.membership import CommitmentReleased
from jobbpakten_local.parts.kafka_access import ADMIN
from shared.edges.postgres import Door
from shared.messaging.inbox.records import Record

CLI = Path(sys.executable).with_name("jobbpakten")
WHO = ("--service", "followup", "--actor", "ops-1", "--reason", "tried in a test")


def run(words: list[str], settings: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(words, env=settings, capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class Operator:
    """Somebody who sends what no service would, and puts it right by the command line."""

    stage: Stage
    producer: AIOKafkaProducer

    async def sends(self, *records: Record) -> None:
        for one in records:
            topic = self.stage.prefix + one.topic
            await self.producer.send_and_wait(
                topic, one.payload, key=one.key, headers=list(one.headers), partition=0
            )

    async def types(self, *words: str) -> Any:
        """Run `jobbpakten parked …`; give what it prints as JSON."""
        settings = os.environ | self.stage.settings("followup")
        ran = await asyncio.to_thread(run, [str(CLI), "parked", *words, "--json"], settings)
        assert ran.returncode in {0, 1}, ran.stderr
        return json.loads(ran.stdout)

    async def changes(self, sql: str) -> None:
        world, name = self.stage.world, self.stage.database("followup")
        await asyncio.to_thread(world.postgres.execute, sql, name)

    async def parked(self, by: str = "followup") -> dict[str, list[tuple[int | None, str]]]:
        found: dict[str, list[tuple[int | None, str]]] = {}
        sql = "SELECT key, version, reason FROM parked ORDER BY key, version, reason"
        for row in await self.stage.rows(by, sql):
            found.setdefault(row["key"] or "", []).append((row["version"], row["reason"]))
        return found

    async def id_of(self, number: int) -> str:
        sql = "SELECT id FROM parked WHERE key = $1 ORDER BY version LIMIT 1"
        rows = await self.stage.rows("followup", sql, made(number).key)
        return str(rows[0]["id"])

    async def heard(self, number: int) -> list[int]:
        sql = "SELECT version FROM events WHERE key = $1 ORDER BY version"
        return [row["version"] for row in await self.stage.rows("followup", sql, made(number).key)]

    def has_heard(self, number: int, *versions: int) -> Callable[[], Any]:
        async def check() -> None:
            assert await self.heard(number) == [*versions]

        return check


@pytest.fixture
async def operator(world: World, request: pytest.FixtureRequest) -> AsyncIterator[Operator]:
    """Give who alone may write on every topic, Kafka's administrator, to followup or to others."""
    services: tuple[str, ...] = getattr(request, "param", ("followup",))
    async with staged(world, dict.fromkeys(services, 1)) as stage:
        producer = AIOKafkaProducer(
            **world.kafka.access.reached_by(ADMIN),
            compression_type="gzip",
            max_request_size=4_000_000,
        )
        await producer.start()
        yield Operator(stage, producer)
        await producer.stop()


def term(number: int, version: int, promised: int = 5) -> Record:
    event = made(number)
    if version > 1:
        return record(made(number), version, type="se.jobbpakten.not.yet.known.v1")
    return record(event.model_copy(update={"promised": promised}), version)


def without_headers(one: Record) -> Record:
    return replace(one, headers=())


def large(number: int) -> Record:
    event = json.loads(made(number).model_dump_json()) | {"more": "x" * 2_000_000}
    return with_body(record(made(number), 1), json.dumps(event).encode())


async def test_each_bad_record_goes_its_way_and_others_flow(operator: Operator) -> None:
    nulled = record(made(20), 1)
    await operator.sends(
        term(1, 1),
        with_body(term(1, 2), b'{"half'),  # an unknown type: its body is nobody's business
        with_body(record(made(1), 3), b'{"half'),
        term(1, 4),
        term(2, 1),
        term(2, 3),  # a gap
        without_headers(term(3, 1)),
        replace(nulled, headers=tuple((name, None) for name, _ in nulled.headers)),
        record(made(4), 1, subject=b"\xff\xfe"),
        with_body(record(made(5), 1), None),
        large(6),
        term(7, 1, promised=2**40),  # no column takes so many
        term(8, 1),
        term(8, 1),  # a replay
        record(made(9), 1, type="se.jobbpakten.commitment.made.v9"),
        term(8, 2),
    )
    await eventually(operator.has_heard(8, 1, 2))

    assert await operator.parked() == {
        "": [(None, "envelope")] * 3,
        made(1).key: [(3, "malformed"), (4, "behind")],
        made(2).key: [(3, "gap")],
        made(5).key: [(1, "null_body")],
        made(6).key: [(1, "too_large")],
        made(7).key: [(1, "malformed")],
    }
    assert await operator.heard(1) == [1, 2]
    assert await operator.heard(9) == [1]
    assert all(one.process and one.process.poll() is None for one in operator.stage.replicas)


@pytest.mark.parametrize("operator", [tuple(hears())], indirect=True)
async def test_each_running_service_parks_what_no_teller_tells_and_goes_on(
    operator: Operator,
) -> None:
    for topic in sorted(set[str]().union(*hears().values())):
        forged = [
            plain(topic, key="k", source="/municipality/0380/nobody"),
            replace(plain(topic, key="k", source="/municipality/0180/membership"), payload=None),
            plain(topic, 2**62, key="k"),
            plain(topic, key="k", time="0001-01-01T00:00:00+01:00"),  # no column takes it in UTC
        ]
        await operator.sends(*forged, plain(topic, key="k"), plain(topic, 2, key="k"))

    for service, topics in hears().items():
        await eventually(partial(has_heard_all, operator.stage, service, topics))
        found = [reason for _, reason in (await operator.parked(service))[""]]
        reasons = ["envelope", "jump", "not_its_teller", "not_its_teller"]
        assert found == sorted(reasons * len(topics))


async def has_heard_all(stage: Stage, service: str, topics: set[str]) -> None:
    rows = await stage.rows(service, "SELECT topic, version FROM inbox WHERE key = 'k'")
    assert {row["topic"]: row["version"] for row in rows} == dict.fromkeys(topics, 2)


async def test_skip_accept_gap_and_retry_let_the_waiting_in(operator: Operator) -> None:
    await operator.sends(
        term(1, 1),
        with_body(record(made(1), 2), b"[]"),
        term(1, 3),
        term(2, 1),
        term(2, 5),
        term(2, 6),
        term(3, 1, promised=2**40),
        term(3, 2),
    )
    await eventually(lambda: says(operator, 6))

    listed = await operator.types("list", "--service", "followup")
    assert len(listed) == 6
    await operator.types("skip", await operator.id_of(1), *WHO)
    await operator.types("accept-gap", "membership.v1", made(2).key, *WHO)
    await operator.types("retry", await operator.id_of(3), "--service", "followup")

    await eventually(operator.has_heard(1, 1, 3))
    await eventually(operator.has_heard(2, 1, 5, 6))
    await eventually(lambda: says(operator, 2))
    assert await operator.parked() == {made(3).key: [(1, "malformed"), (2, "behind")]}
    acts = await operator.stage.rows("followup", "SELECT act, actor FROM settlements ORDER BY act")
    assert [tuple(row) for row in acts] == [("accept_gap", "ops-1"), ("skip", "ops-1")]


async def says(operator: Operator, count: int) -> None:
    assert sum(map(len, (await operator.parked()).values())) == count


SLEEPS = """
    CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); END';
    CREATE TRIGGER sleeps BEFORE INSERT ON terms
        FOR EACH ROW WHEN (NEW.act = 'released') EXECUTE FUNCTION sleep()"""


async def test_a_handler_that_never_returns_is_parked_and_retried_by_hand(
    operator: Operator,
) -> None:
    await operator.sends(term(1, 1))
    await eventually(operator.has_heard(1, 1))
    await operator.changes(SLEEPS)
    released = CommitmentReleased(commitment_id=made(1).commitment_id, ground="reorganised")
    await operator.sends(record(released, 2), term(2, 1))
    await eventually(operator.has_heard(2, 1))
    assert await operator.parked() == {made(1).key: [(2, "handler_too_slow")]}

    await operator.changes("DROP TRIGGER sleeps ON terms")
    await operator.types("retry", await operator.id_of(1), "--service", "followup")
    await eventually(operator.has_heard(1, 1, 2))


async def test_a_handler_that_waits_for_somebodys_lock_is_no_broken_record(
    operator: Operator,
) -> None:
    await operator.sends(term(1, 1))
    await eventually(operator.has_heard(1, 1))
    stage = operator.stage
    holder = await Door(stage.world.postgres.url(stage.database("followup"))).connect()
    async with holder.transaction():
        await holder.execute("SELECT 1 FROM commitments FOR UPDATE")
        released = CommitmentReleased(commitment_id=made(1).commitment_id, ground="reorganised")
        await operator.sends(record(released, 2))
        await eventually(lambda: holds(stage))
    await holder.close()

    await eventually(operator.has_heard(1, 1, 2))
    assert await operator.parked() == {}


def holds(stage: Stage) -> None:
    (followup,) = stage.of("followup")
    assert "inbox_holds" in [line["event"] for line in log_of(followup)]
