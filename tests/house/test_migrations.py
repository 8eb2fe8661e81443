"""Every service's migrations make the tables that its models describe."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, make_url, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from jobbpakten_local.parts.postgres import Postgres
from shared.migrations import PLUMBING, PLUMBING_TABLES, migrate

SERVICES = ("membership", "matching", "notifications", "followup")
DEFINITIONS = text("""
    SELECT conrelid::regclass::text AS table_name, conname AS name,
           pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE conrelid::regclass::text = ANY(:tables) AND conname <> conrelid::regclass || '_days'
    UNION ALL
    SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid::regclass::text = ANY(:tables)""")

# What is refused of each column that holds days: by the plumbing's 0003.sql in what there was, and
# by a step's own constraint, called the same and saying the same, where it makes a table of days.
DAYS = text("""
    SELECT table_name, column_name, replace(pg_get_constraintdef(it.oid), '"', '') AS refuses
    FROM information_schema.columns LEFT JOIN pg_constraint AS it
        ON it.conrelid = table_name::regclass AND it.conname = table_name || '_days'
    WHERE table_schema = 'public' AND data_type IN ('date', 'timestamp with time zone')""")


def models(service: str) -> MetaData:
    """Give all that a service's models describe."""
    found: MetaData = import_module(f"{service}.models").Table.metadata
    return found


@pytest.fixture
def untouched(postgres: Postgres) -> Iterator[Callable[..., str]]:
    """Give a function: a template, else an empty one -> a database that no test before has had."""
    with ExitStack() as after:

        def made(template: str = "template0") -> str:
            name = f"untouched_{uuid4().hex}"
            after.callback(postgres.drop_database, name)
            return postgres.create_database(name, template)

        yield made


@pytest.mark.parametrize("service", SERVICES)
async def test_an_empty_database_becomes_what_the_models_say_and_again_does_nothing(
    untouched: Callable[..., str], service: str
) -> None:
    url = untouched()
    for _ in range(2):
        await asyncio.to_thread(migrate, service, url)
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences, models(service)) == []
    await engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
async def test_constraints_and_indexes_are_the_models_own_to_the_last_condition(
    database: Callable[[str], str],
    untouched: Callable[..., str],
    template: Callable[[str], str],
    service: str,
) -> None:
    url = untouched(template(service))
    migrated = await definitions(url, models(service), make=False)
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


@pytest.mark.parametrize("service", SERVICES)
async def test_every_day_in_every_table_is_one_that_python_reads(
    postgres: Postgres,
    untouched: Callable[..., str],
    template: Callable[[str], str],
    service: str,
) -> None:
    url = untouched(template(service))
    found = await days(url)
    postgres.execute((PLUMBING / "0003.sql").read_text(), make_url(url).database)
    assert found == await days(url)
    assert len(found) > 10
    for (table, column), refuses in found.items():
        assert f"isfinite({column})" in refuses, table


async def days(url: str) -> dict[tuple[str, str], str]:
    """Give what each column of each table refuses that holds days."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = (await connection.execute(DAYS)).all()
    await engine.dispose()
    return {(one.table_name, one.column_name): one.refuses or "" for one in found}


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        *((day, True) for day in ("0001-01-01", "9999-12-31", "infinity", "-infinity")),
        *((day, False) for day in ("10000-01-01", "20000-01-01", "0001-12-31 BC", "4713-01-01 BC")),
    ],
)
async def test_a_table_takes_what_python_reads_and_nothing_else(
    database: Callable[[str], str], day: str, *, holds: bool
) -> None:
    engine = create_async_engine(database("followup"))
    moment = day if "infinity" in day else f"{day} 12:00+00"
    row = f"INSERT INTO streams (topic, key, version, told_at) VALUES ('a', 'b', 1, '{moment}')"
    written = (
        f"INSERT INTO closed_months (network, month) VALUES ('a', '{day}') RETURNING month",
        f"{row} RETURNING told_at",
    )
    for one in written:
        async with engine.connect() as connection:
            if holds:
                assert (await connection.scalar(text(one))).year in {1, 9999}
            else:
                with pytest.raises(IntegrityError, match="_days"):
                    await connection.execute(text(one))
    await engine.dispose()


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    def ours(name: str | None, kind: str, _: Any) -> bool:
        return kind != "table" or name not in PLUMBING_TABLES

    options = {"include_name": ours, "compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    found: list[Any] = compare_metadata(context, metadata)
    return found
