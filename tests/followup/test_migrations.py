"""The migrations make what the models say."""

from collections.abc import Callable
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from followup.models import Table
from shared.migrations import PLUMBING_TABLES


async def test_the_migrations_make_what_the_models_say(database: Callable[[str], str]) -> None:
    engine = create_async_engine(database("followup"))
    async with engine.connect() as connection:
        differences = await connection.run_sync(compared)
    await engine.dispose()

    assert differences == []


def compared(connection: Connection) -> list[Any]:
    options = {"include_name": is_ours, "compare_type": True}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Table.metadata))


def is_ours(name: str | None, kind: str, _: Any) -> bool:
    return kind != "table" or name not in PLUMBING_TABLES
