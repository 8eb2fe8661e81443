"""Where canaries are looked for: all that is stored and logged, also while a table is broken."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from tests.matching.support.service import Matching


async def stored(matching: Matching) -> str:
    """Give all that lies in the database, as text; bytes as they would be read, too."""
    whole = ""
    async with matching.database.transaction() as tx:
        connection = await tx.connection()
        tables = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for table in (await connection.execute(tables)).scalars().all():
            rows = (await connection.execute(text(f'SELECT * FROM "{table}"'))).all()
            for row in rows:
                for value in row:
                    shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                    whole += f"{shown}\n"
    return whole


@asynccontextmanager
async def broken(matching: Matching, table: str) -> AsyncIterator[None]:
    """Take a table away for a while."""
    await rename(matching, table, "lost")
    try:
        yield
    finally:
        await rename(matching, "lost", table)


async def rename(matching: Matching, table: str, name: str) -> None:
    async with matching.database.transaction() as tx:
        await (await tx.connection()).execute(text(f"ALTER TABLE {table} RENAME TO {name}"))
