"""The floor of the outbox: no event is passed over, however late its transaction commits."""

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from tests.shared.support.outbox_harness import Teller, topic_of
from tests.shared.support.records import made
from tests.support.eventually import eventually

from shared.edges.postgres import Door
from shared.messaging import floors, outbox
from shared.messaging.floors import Floor
from shared.messaging.relay import DROP, READ, Relay

INSERT = """INSERT INTO outbox (topic, key, version, headers)
    VALUES ('membership.v1', $1, 1, '{}') RETURNING position"""
MANY = """INSERT INTO outbox (topic, key, version, headers)
    SELECT 'membership.v1', n::text, 1, '{}' FROM generate_series(1, 20000) AS n"""


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floors, "LOOK_SECONDS", 0.01)


async def read_once(connection: asyncpg.Connection, floor: Floor) -> list[int]:
    """Read and delete as the relay does, without a topic."""
    await floor.look(connection)
    rows = [row["position"] for row in await connection.fetch(READ, floor.at, [], 50)]
    floor.rise(rows, rows)
    await connection.execute(DROP, rows)
    return rows


async def test_an_event_that_is_committed_late_is_told_though_all_behind_it_were(
    teller: Teller, relay: Relay
) -> None:
    async with teller.database.transaction() as late:
        await outbox.tell(late, made(1))

        async def others_are_told() -> None:
            await teller.tells(2)
            await eventually(teller.is_empty)
            assert relay.floor.highest > 5

        await eventually(others_are_told)
        assert relay.floor.at == 0
    await eventually(teller.is_empty)
    last = relay.floor.highest
    keys = [record.key for record in await topic_of(teller, last)]
    assert keys.count(made(1).key.encode()) == 1

    async def has_risen() -> None:
        await teller.tells(2)
        assert relay.floor.at >= last

    await eventually(has_risen)


@pytest.mark.parametrize("seed", [7, 19])
async def test_whatever_order_they_commit_in_each_is_read_once(
    database: Callable[[str], str], seed: int
) -> None:
    door, chance = Door(database("shared")), random.Random(seed)
    committed, read, floor = set[int](), list[int](), Floor()

    async def write() -> None:
        connection = await door.connect()
        for _ in range(60):
            transaction = connection.transaction()
            await transaction.start()
            mine = [await connection.fetchval(INSERT, "k") for _ in range(chance.randint(1, 3))]
            await asyncio.sleep(chance.choice([0, 0, 0.001, 0.01, 0.1]))
            if chance.random() < 0.2:
                await transaction.rollback()
            else:
                await transaction.commit()
                committed.update(mine)
        await connection.close()

    reader = await door.connect()
    writers = [asyncio.create_task(write()) for _ in range(12)]
    risen = 0
    while not all(one.done() for one in writers):
        read += await read_once(reader, floor)
        risen = max(risen, floor.at)
    await asyncio.gather(*writers)
    read += await read_once(reader, floor)
    while more := await read_once(reader, floor):
        read += more
    assert sorted(read) == sorted(committed)
    assert risen > len(committed) // 2, "it rises while they write"
    await reader.close()


async def test_somebodys_old_snapshot_makes_no_read_slow(database: Callable[[str], str]) -> None:
    door, floor = Door(database("shared")), Floor()
    old, reader = await door.connect(), await door.connect()
    begun = old.transaction(isolation="repeatable_read")
    await begun.start()
    await old.fetchval("SELECT count(*) FROM outbox")
    await reader.execute(MANY)
    await reader.execute("DELETE FROM outbox WHERE position < 20000")
    for _ in range(4):
        await read_once(reader, floor)
        await asyncio.sleep(0.02)  # the next look is due
    assert floor.at == 20_000
    pages, less = [await pages_of(reader, at) for at in (0, floor.at)]
    assert pages > 20 * less
    await begun.rollback()
    for one in (old, reader):
        await one.close()


async def pages_of(connection: asyncpg.Connection, at: int) -> int:
    """Give how many pages a read from a position looks at."""
    explained = await connection.fetchval(
        f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {READ}", at, [], 50
    )
    plan: dict[str, Any] = json.loads(explained)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
