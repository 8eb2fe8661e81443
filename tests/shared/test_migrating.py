"""Migrations beside calls, readers and each other: nobody waits long, and a kill breaks nothing."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import uuid4

import asyncpg
import pytest
from tests.support.eventually import eventually

from jobbpakten_local.parts.postgres import Postgres
from shared import migrations
from shared.database import head_of
from shared.edges.postgres import Door
from shared.edges.postgres_refusals import DatabaseRefuses
from shared.migrations import LOCK, migrate

LONGEST_S = 4  # that a call may wait for a migration
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


async def a_step_behind(url: str) -> asyncpg.Connection:
    """Migrate, and go back to before the last step, which may be done twice; give a connection."""
    await asyncio.to_thread(migrate, "followup", url)
    connection = await Door(url).connect()
    await connection.execute("UPDATE alembic_version SET version_num = '0006'")
    return connection


def has_said(said: list[str], words: str, times: int = 1) -> None:
    assert sum(words in line for line in said) >= times, said


async def test_a_reader_delays_the_migration_and_no_call_for_long(
    own: Callable[[], str], record_property: Callable[[str, object], None]
) -> None:
    url, said, waits = own(), list[str](), list[float]()
    holder = await a_step_behind(url)
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


@pytest.mark.parametrize("step", ["0001", "0003", "0005"])
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
