"""Migrations: each service's own, by Alembic. No running service imports this.

Each step is a transaction of its own, or one for each table, and waits for no lock longer than a
call can wait behind it: whoever reads a table for ten minutes delays the migration and nobody else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import MetaData, TextClause, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from shared.database import head_of, migrations_of
from shared.edges.postgres import Door, door_to
from shared.edges.postgres_refusals import DatabaseRefuses
from shared.messaging.gauges import OLDEST_TRANSACTION

PLUMBING = Path(__file__).parent / "messaging/plumbing"
PLUMBING_TABLES = {"streams", "outbox", "inbox", "parked", "settlements", "answers", "clock"}
PLUMBING_TABLES |= {"canaries", "sealing", "epochs"}
LOCK = 7_071_072  # any number: one migrates at a time
# A statement that holds a table for ten minutes has stopped every call long before.
SESSION = {
    "lock_timeout": "3s",
    "statement_timeout": "10min",
    "idle_in_transaction_session_timeout": "60s",
}
PAUSES_SECONDS = [2, 4, 8, *[15] * 60]  # a quarter of an hour in all
HELD = {"55P03": "somebody holds a table", "40P01": "somebody and we wait for each other"}
Say = Callable[[str], None]

TRY = text("SELECT pg_try_advisory_lock(:lock)").bindparams(lock=LOCK)
HOLDER = text("""
    SELECT pid, usename, extract(epoch FROM clock_timestamp() - backend_start)::float AS seconds
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND objid = :lock
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""").bindparams(
    lock=LOCK
)
# All that 0003 changes, before it does: its own limit for a lock is longer than a call may wait.
# We give way before deadlock_timeout (1 s) has PostgreSQL end one of a call and us.
HOLD_DAYS = """
    DO $$ DECLARE here record; last timestamptz := clock_timestamp() + interval '800 ms'; BEGIN
        FOR here IN SELECT DISTINCT table_name FROM information_schema.columns
            JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
            AND data_type IN ('date', 'timestamp with time zone') ORDER BY table_name
        LOOP
            PERFORM set_config('lock_timeout', greatest(1, extract(epoch FROM
                last - clock_timestamp()) * 1000)::int || 'ms', true);
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', here.table_name);
        END LOOP;
    END $$"""


class Hindrance(NamedTuple):
    """What keeps us from migrating: as it is said at last, as it is said meanwhile, and whose."""

    reason: str
    meanwhile: str
    whose: TextClause


Attempt = Callable[[AsyncConnection], Awaitable[Hindrance | None]]


def migrate(service: str, where: Door | str, say: Say = lambda _: None) -> None:
    """Bring the schema to its head; safe to repeat, after a kill too, and from several places.

    `say` hears after each step how far it is, and what is waited for. DatabaseRefuses where
    somebody held a table, or migrated, for longer than we wait.
    """
    config = Config()
    head = head_of(service)
    config.attributes["say"] = lambda line: say(f"{service}: {line}")
    config.attributes["done"] = lambda step: say(f"{service}: {step:.4} of {head} is done")
    config.set_main_option("script_location", str(migrations_of(service)))
    door = door_to(where)
    config.attributes["door"] = replace(door, session={**door.session, **SESSION})
    command.upgrade(config, "head")


def run_plumbing(number: int) -> None:
    """Run one numbered file of the plumbing's SQL, in the step's transaction."""
    # SQLAlchemy begins its transaction with a first statement of its own, not with the driver's.
    op.execute(HOLD_DAYS if number == 3 else "SELECT 1")  # noqa: PLR2004 - the file's number
    # asyncpg: a prepared statement holds one command, the driver's own execute takes the script.
    connection: Any = op.get_bind().connection.dbapi_connection
    plumbing = (PLUMBING / f"{number:04}.sql").read_text()
    connection.run_async(lambda raw: raw.execute(plumbing))


def run_plumbing_by_parts(number: int) -> None:
    """Run each part of a file, as its empty lines part it, in a transaction of its own; then go on.

    A part holds one table only, and nothing before it any more: nobody waits in a circle with us.
    A step that is killed begins anew, so that each part may be repeated.
    """
    plumbing = (PLUMBING / f"{number:04}.sql").read_text()
    with op.get_context().autocommit_block():
        for part in plumbing.split("\n\n"):
            op.execute(part)


def run_migrations(metadata: MetaData) -> None:
    """Run Alembic through the door in its config: the whole of a service's `env.py`."""
    asyncio.run(_run(context.config.attributes, metadata))


async def _run(about: dict[str, Any], metadata: MetaData) -> None:
    door, say = about["door"], about["say"]
    engine = door.engine(poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            for attempt in (_lock, partial(_go_on, metadata=metadata, done=about["done"])):
                await _insist(connection, door, say, attempt)
    finally:
        await engine.dispose()


async def _insist(connection: AsyncConnection, door: Door, say: Say, attempt: Attempt) -> None:
    """Try until nothing hinders us, and say what does; DatabaseRefuses when it took too long."""
    pauses = iter(PAUSES_SECONDS)
    while hindrance := await attempt(connection):
        who = await _who(connection, hindrance.whose)
        pause = next(pauses, None)
        if pause is None:
            raise DatabaseRefuses(door.at, f"isn't migrated: {hindrance.reason}: {who}")
        say(f"{hindrance.meanwhile} in {pause} s: {who}")
        await asyncio.sleep(pause)


async def _lock(connection: AsyncConnection) -> Hindrance | None:
    """Be the only one who migrates; the lock is the session's, and goes with it."""
    is_ours = await connection.scalar(TRY)
    await connection.rollback()
    if is_ours:
        return None
    return Hindrance("somebody else is at it", "somebody else migrates, looks again", HOLDER)


async def _go_on(connection: AsyncConnection, metadata: MetaData, done: Say) -> Hindrance | None:
    """Do all steps, or as many as somebody lets us."""
    try:
        await connection.run_sync(_upgrade, metadata, done)
    except DBAPIError as error:
        held = HELD.get(getattr(error.orig, "sqlstate", ""))
        if held is None:
            raise
        await connection.rollback()
        return Hindrance(held, f"{held}, tries again", OLDEST_TRANSACTION)
    return None


async def _who(connection: AsyncConnection, query: TextClause) -> str:
    """Say whose connection it is, and how long it has been so; and how to end it."""
    found = (await connection.execute(query)).first()
    await connection.rollback()
    if found is None:
        return "it has just gone"
    whose = f"process {found.pid} of {found.usename}, since {found.seconds:.0f} s"
    return f"{whose} (SELECT pg_terminate_backend({found.pid}) ends it)"


def _upgrade(connection: Connection, metadata: MetaData, done: Callable[[str], None]) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=lambda name, kind, _: kind != "table" or name not in PLUMBING_TABLES,
        compare_type=True,
        transaction_per_migration=True,
        on_version_apply=cast("Any", lambda **about: done(about["step"].up_revision_id)),
    )
    with context.begin_transaction():
        context.run_migrations()
