"""The migrations make the tables that the models describe."""

import asyncio
from collections.abc import Callable
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from membership.models import Table
from membership.rules.membership import ENDED
from shared.migrations import PLUMBING_TABLES, migrate

DEFINITIONS = text("""
    SELECT conrelid::regclass::text AS table_name, conname AS name,
           pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE conrelid::regclass::text = ANY(:tables)
    UNION ALL
    SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid::regclass::text = ANY(:tables)""")


async def test_an_empty_database_becomes_what_the_models_say_and_again_does_nothing(
    database: Callable[[str], str],
) -> None:
    url = database("membership")
    await asyncio.to_thread(migrate, "membership", url)
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_constraints_and_indexes_are_the_models_own_to_the_last_condition(
    database: Callable[[str], str],
) -> None:
    migrated = await definitions(database("membership"))
    described = await definitions(database("shared"), Table.metadata)
    assert migrated == described
    assert any("WHERE" in one for one in migrated)
    assert any("CHECK" in one for one in migrated)


async def definitions(url: str, metadata: MetaData | None = None) -> set[str]:
    """Give the definition of each index and constraint of our tables, as PostgreSQL tells it."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        if metadata:
            await connection.run_sync(metadata.create_all)
        found = (await connection.execute(DEFINITIONS, {"tables": [*Table.metadata.tables]})).all()
    await engine.dispose()
    return {f"{one.table_name} {one.name}: {one.definition}" for one in found}


def differences(connection: Connection) -> list[Any]:
    def ours(name: str | None, kind: str, _: Any) -> bool:
        return kind != "table" or name not in PLUMBING_TABLES

    options = {"include_name": ours, "compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    found: list[Any] = compare_metadata(context, Table.metadata)
    return found


def test_a_membership_is_open_until_the_machine_says_that_it_has_ended() -> None:
    (index,) = (
        one
        for one in Table.metadata.tables["memberships"].indexes
        if one.name == "one_open_membership"
    )
    condition = str(index.dialect_options["postgresql"]["where"])
    assert condition == f"state NOT IN ({', '.join(map(repr, ENDED))})"
