"""Callers who hang up leave no connection behind: the pool is as large as before."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from sqlalchemy.pool import QueuePool
from tests.shared.support.notes import Local, nothing_due
from tests.support.callers import client, settings
from tests.support.eventually import eventually

from shared import service
from shared.database import Database, Tx
from shared.messaging.inbox import Hears

CALLS, AT_ONCE = 1_000, 20  # as many as the pool has connections
BUSY = text("""SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
               AND pid <> pg_backend_pid() AND state <> 'idle'""")
router = APIRouter()


@router.get("/slow")
async def slow(tx: Tx) -> None:
    """Answer after longer than anybody waits."""
    await (await tx.connection()).execute(text("SELECT pg_sleep(60)"))


@pytest.fixture
async def app(database: Callable[[str], str]) -> AsyncIterator[FastAPI]:
    about = settings(Local, database("membership"))
    made = service.assemble(about, router, hears=Hears(), due=[nothing_due])
    yield made
    await made.state.database.engine.dispose()


async def test_a_thousand_calls_that_are_broken_off_leave_the_pool_as_it_was(app: FastAPI) -> None:
    database: Database = app.state.database
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    async with client(app) as http:
        for begun in range(0, CALLS, AT_ONCE):
            calls = [asyncio.create_task(http.get("/slow")) for _ in range(AT_ONCE)]
            if begun % 250 == 0:  # these get as far as the database, the others anywhere
                await eventually(lambda: all_are_asking(pool), every=0.01)
            for _turn in range(begun // AT_ONCE % 25):
                await asyncio.sleep(0)
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

        await eventually(lambda: all_are_back(database, pool))
        assert (await http.get("/health/ready")).status_code == httpx.codes.OK


def all_are_asking(pool: QueuePool) -> None:
    assert pool.checkedout() == AT_ONCE


async def all_are_back(database: Database, pool: QueuePool) -> None:
    assert pool.checkedout() == 0
    async with database.transaction() as tx:
        assert await (await tx.connection()).scalar(BUSY) == 0
