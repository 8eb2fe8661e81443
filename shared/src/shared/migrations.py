"""Migrations: each service's own, by Alembic. No running service imports this."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import MetaData, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database import head_of, migrations_of

PLUMBING = Path(__file__).parent / "messaging/plumbing"
PLUMBING_TABLES = {"streams", "outbox", "inbox", "parked", "settlements", "answers", "clock"}
PLUMBING_TABLES |= {"canaries", "sealing", "epochs"}


def migrate(service: str, url: str, say: Callable[[str], None] = lambda _: None) -> None:
    """Bring the schema to its head; safe to repeat, and from several places at once.

    `say` hears after each step how far it is.
    """
    config = Config()
    head = head_of(service)
    config.attributes["done"] = lambda step: say(f"{service}: {step:.4} of {head} is done")
    config.set_main_option("script_location", str(migrations_of(service)))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def run_plumbing(number: int) -> None:
    """Run one numbered file of the plumbing's SQL: the whole of a migration's `upgrade`."""
    # asyncpg: a prepared statement holds one command, the driver's own execute takes the script.
    connection: Any = op.get_bind().connection.dbapi_connection
    plumbing = (PLUMBING / f"{number:04}.sql").read_text()
    connection.run_async(lambda raw: raw.execute(plumbing))


def run_migrations(metadata: MetaData) -> None:
    """Run Alembic against the address in its config: the whole of a service's `env.py`."""
    about = context.config.attributes
    asyncio.run(_run(about["url"], metadata, about.get("done", lambda _: None)))


async def _run(url: str, metadata: MetaData, done: Callable[[str], None]) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            # One migrator at a time; the others find nothing left to do.
            await connection.execute(text("SELECT pg_advisory_xact_lock(7071072)"))
            await connection.run_sync(_upgrade, metadata, done)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, metadata: MetaData, done: Callable[[str], None]) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=lambda name, kind, _: kind != "table" or name not in PLUMBING_TABLES,
        compare_type=True,
        on_version_apply=cast("Any", lambda **about: done(about["step"].up_revision_id)),
    )
    with context.begin_transaction():
        context.run_migrations()
