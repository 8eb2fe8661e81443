"""The migrations make what the models say, to the last condition."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from followup.models import Table
from shared.migrations import PLUMBING_TABLES

INDEXES = text("""
    SELECT replace(pg_get_indexdef(indexrelid), nspname || '.', '')
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
                  JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = :schema AND relname = ANY (:tables)""")
CONSTRAINTS = text("""
    SELECT relname || ': ' || conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
                       JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = :schema AND relname = ANY (:tables)""")


@pytest.fixture
async def migrated(database: Callable[[str], str]) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(database("followup"))
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def test_the_migrations_make_what_the_models_say(migrated: AsyncConnection) -> None:
    assert await migrated.run_sync(compared) == []


async def test_every_condition_of_an_index_or_a_table_is_the_one_in_the_models(
    migrated: AsyncConnection,
) -> None:
    # Alembic compares no WHERE and no CHECK: PostgreSQL writes out both sides in the same words.
    await migrated.execute(text("CREATE SCHEMA declared"))
    await migrated.execute(text("SET LOCAL search_path TO declared"))
    await migrated.run_sync(Table.metadata.create_all)

    for written_out in (INDEXES, CONSTRAINTS):
        declared, made = [
            await definitions(migrated, written_out, schema) for schema in ("declared", "public")
        ]
        assert made == declared
        assert len(made) > 4


async def definitions(connection: AsyncConnection, written_out: Any, schema: str) -> list[str]:
    tables = {"schema": schema, "tables": list(Table.metadata.tables)}
    return sorted((await connection.execute(written_out, tables)).scalars())


def compared(connection: Connection) -> list[Any]:
    options = {"include_name": is_ours, "compare_type": True}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Table.metadata))


def is_ours(name: str | None, kind: str, _: Any) -> bool:
    return kind != "table" or name not in PLUMBING_TABLES
