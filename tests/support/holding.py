"""Somebody who holds rows for longer than anybody waits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, text

from shared.database import Database


def hurry(connection: Any) -> None:
    connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")


@asynccontextmanager
async def held(database: Database, *rows: str) -> AsyncIterator[None]:
    """Hold rows, each named as after FROM, while all others wait for a tenth of a second only."""
    async with database.transaction() as tx:
        connection = await tx.connection()
        for row in rows:
            found = await connection.execute(text(f"SELECT 1 FROM {row} FOR UPDATE"))
            assert found.all(), row
        event.listen(database.engine.sync_engine, "begin", hurry)
        try:
            yield
        finally:
            event.remove(database.engine.sync_engine, "begin", hurry)
