"""Every service's migrations make the tables that its models describe."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.migrations import PLUMBING_TABLES, migrate

SERVICES = ("membership", "matching", "notifications", "followup")
DEFINITIONS = text("""
    SELECT conrelid::regclass::text AS table_name, conname AS name,
           pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE conrelid::regclass::text = ANY(:tables)
    UNION ALL
    SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid::regclass::text = ANY(:tables)""")


def models(service: str) -> MetaData:
    """Give all that a service's models describe."""
    found: MetaData = import_module(f"{service}.models").Table.metadata
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_an_empty_database_becomes_what_the_models_say_and_again_does_nothing(
    database: Callable[[str], str], service: str
) -> None:
    url = database(service)
    await asyncio.to_thread(migrate, service, url)
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences, models(service)) == []
    await engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
async def test_constraints_and_indexes_are_the_models_own_to_the_last_condition(
    database: Callable[[str], str], service: str
) -> None:
    migrated = await definitions(database(service), models(service), make=False)
    described = await definitions(database("shared"), models(service), make=True)
    assert migrated == described
    assert any("WHERE" in one for one in migrated)
    assert any("CHECK" in one for one in migrated)


async def definitions(url: str, metadata: MetaData, *, make: bool) -> set[str]:
    """Give the definition of each index and constraint of our tables, as PostgreSQL tells it."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        if make:
            await connection.run_sync(metadata.create_all)
        found = (await connection.execute(DEFINITIONS, {"tables": [*metadata.tables]})).all()
    await engine.dispose()
    return {f"{one.table_name} {one.name}: {one.definition}" for one in found}


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    def ours(name: str | None, kind: str, _: Any) -> bool:
        return kind != "table" or name not in PLUMBING_TABLES

    options = {"include_name": ours, "compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    found: list[Any] = compare_metadata(context, metadata)
    return found
