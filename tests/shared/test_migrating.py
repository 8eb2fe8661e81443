"""Migrations beside calls, readers and each other: nobody waits long, and a kill breaks nothing."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from tests.support.eventually import eventually

from jobbpakten_local.parts.postgres import Postgres
from shared import migrations
from shared.database import head_of
from shared.edges.postgres import Door
from shared.edges.postgres_refusals import DatabaseRefuses
from shared.migrations import LOCK, migrate

LONGEST_S = 4  # that a call may wait for a migration
# What a release had from which the last steps begin: all tables get their days; epochs come.
BEFORE = ("0006", "0007")
# A call of such a release: an aggregate, and what is told of it. And a listener: its stream first,
# and last what waits in it.
AGGREGATE = "INSERT INTO closed_months VALUES ('{key}', '2026-03-01') ON CONFLICT DO NOTHING"
STREAM = """INSERT INTO {table} (topic, key, version) VALUES ('followup.v1', '{{key}}', 1)
    ON CONFLICT (topic, key) DO UPDATE SET version = {table}.version + 1"""
EVENT = "INSERT INTO outbox (topic, key, version, headers) VALUES ('', '{key}', 1, '{{}}')"
TELLS = (AGGREGATE, STREAM.format(table="streams"), EVENT)
OPENS = "UPDATE parked SET retry_at = now() WHERE key = '{key}'"
HEARS = (STREAM.format(table="inbox"), *TELLS, OPENS)
# Dies as a killed Job does: inside the step's transaction, when all of the step is done.
DIES = """
import os, signal, sys
from shared.migrations import migrate
step = sys.argv[2]
migrate("followup", sys.argv[1], lambda line: line.startswith(f"followup: {step} of")
    and os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.fixture
def own(postgres: Postgres) -> Iterator[Callable[[], str]]:
    """Give a function that makes an empty database, which goes with the test."""
    with ExitStack() as after:

        def made() -> str:
            name = f"migrating_{uuid4().hex}"
            after.callback(postgres.drop_database, name)
            return postgres.create_database(name)

        yield made


async def version(url: str) -> str:
    connection = await Door(url).connect()
    try:
        return str(await connection.fetchval("SELECT version_num FROM alembic_version"))
    finally:
        await connection.close()


async def behind(url: str, step: str) -> asyncpg.Connection:
    """Migrate up to a step, as a release did whose last it was; give a connection."""
    upgrade = command.upgrade
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "upgrade", lambda config, _: upgrade(config, step))
        await asyncio.to_thread(migrate, "followup", url)
    assert await version(url) == step
    return await Door(url).connect()


def has_said(said: list[str], words: str, times: int = 1) -> None:
    assert sum(words in line for line in said) >= times, said


@pytest.mark.parametrize("step", BEFORE)
async def test_a_reader_delays_the_migration_and_no_call_for_long(
    own: Callable[[], str], record_property: Callable[[str, object], None], step: str
) -> None:
    url, said, waits = own(), list[str](), list[float]()
    holder = await behind(url, step)
    calling = await Door(url).connect()
    reading = holder.transaction()
    await reading.start()
    await holder.fetch("SELECT * FROM streams")

    async def call() -> None:
        while not migrating.done():
            begun = time.monotonic()
            for table in ("closed_months", "streams", "inbox"):
                await calling.fetch(f"SELECT * FROM {table} LIMIT 1")
            waits.append(time.monotonic() - begun)
            await asyncio.sleep(0.02)

    migrating = asyncio.create_task(asyncio.to_thread(migrate, "followup", url, said.append))
    calls = asyncio.create_task(call())
    await eventually(lambda: has_said(said, "somebody holds a table, tries again in", times=2))
    assert f"process {holder.get_server_pid()} of postgres" in "".join(said)
    await reading.rollback()
    await migrating
    await calls
    assert await version(url) == head_of("followup")
    record_property("beside a reader", f"slowest call {max(waits):.1f} s of {len(waits)}")
    assert max(waits) < LONGEST_S
    for one in (holder, calling):
        await one.close()


@pytest.mark.parametrize("step", BEFORE)
async def test_calls_that_write_go_on_beside_the_migration(
    own: Callable[[], str], record_property: Callable[[str, object], None], step: str
) -> None:
    url, said, waits, numbers = own(), list[str](), list[float](), count(1)
    callers = [await behind(url, step), *[await Door(url).connect() for _ in range(5)]]

    async def calls(caller: asyncpg.Connection, acts: tuple[str, ...]) -> None:
        while not (migrating.done() and len(waits) > 100):
            begun, key = time.monotonic(), f"{next(numbers) % 7}"
            async with caller.transaction():
                await caller.execute("SET LOCAL lock_timeout = '5s'")
                for act in acts:
                    await caller.execute(act.format(key=key))
                    await asyncio.sleep(0.02)
            waits.append(time.monotonic() - begun)

    migrating = asyncio.create_task(asyncio.to_thread(migrate, "followup", url, said.append))
    # Whichever of them fails fails here: a deadlock is a call's 503, and an event's second try.
    async with asyncio.TaskGroup() as group:
        for number, caller in enumerate(callers):
            group.create_task(calls(caller, (TELLS, HEARS)[number % 2]))
    await migrating
    assert await version(url) == head_of("followup")
    record_property(
        f"beside {len(callers)} writers", f"slowest {max(waits):.1f} s of {len(waits)}, {said}"
    )
    assert max(waits) < LONGEST_S
    for caller in callers:
        await caller.close()


async def test_of_a_call_and_a_migration_that_wait_for_each_other_the_migration_ends(
    own: Callable[[], str],
) -> None:
    url, said = own(), list[str]()
    call = await behind(url, "0006")

    async def migration_waits() -> None:
        assert await call.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")

    async with call.transaction():
        for act in TELLS[1:]:
            await call.execute(act.format(key="1"))
        migrating = asyncio.create_task(asyncio.to_thread(migrate, "followup", url, said.append))
        await eventually(migration_waits)
        await asyncio.sleep(1.2)  # who waits looks for a circle once, after a second
        await call.execute(AGGREGATE.format(key="1"))
    await migrating
    has_said(said, "tries again in")
    await call.close()


@pytest.mark.parametrize("step", ["0001", "0003", "0005", "0008"])
async def test_a_migration_that_is_killed_in_a_step_goes_on_from_before_it(
    own: Callable[[], str], step: str
) -> None:
    url = own()
    died = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", DIES, url, step], check=False
    )
    assert died.returncode == -signal.SIGKILL
    said = list[str]()
    await asyncio.to_thread(migrate, "followup", url, said.append)
    assert said[-1].startswith(f"followup: {head_of('followup')} of")
    done = [line for line in said if "is done" in line]
    assert done[0].startswith(f"followup: {step} of"), "what was done before stays"
    assert await version(url) == head_of("followup")


async def test_one_migrates_and_the_other_says_for_whom_it_waits(
    own: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, said = own(), list[str]()
    holder = await Door(url).connect()
    await holder.fetchval("SELECT pg_advisory_lock($1)", LOCK)
    migrating = asyncio.create_task(asyncio.to_thread(migrate, "followup", url, said.append))
    await eventually(lambda: has_said(said, "somebody else migrates, looks again in"))
    assert f"process {holder.get_server_pid()} of postgres" in "".join(said)
    await holder.fetchval("SELECT pg_advisory_unlock($1)", LOCK)
    await migrating
    assert await version(url) == head_of("followup")

    await holder.fetchval("SELECT pg_advisory_lock($1)", LOCK)
    monkeypatch.setattr(migrations, "PAUSES_SECONDS", [0.1])
    with pytest.raises(DatabaseRefuses, match="isn't migrated: somebody else is at it: process"):
        await asyncio.to_thread(migrate, "followup", url)
    await holder.close()
