"""The service's own PostgreSQL: sessions, migrations, and what counts as an outage."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import asyncpg
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from fastapi import Depends, Request
from sqlalchemy import MetaData, event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.settings import ServiceSettings

# Connection, transaction rollback, out of resources, operator intervention, lock not available.
OUTAGES = ("08", "40", "53", "55", "57")
PLUMBING = Path(__file__).parent / "plumbing"
PLUMBING_TABLES = {"streams", "outbox", "inbox", "parked", "settlements", "answers", "clock"}
# A dead leader's lock is gone after 25 s.
KEEPALIVES = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


@dataclass(frozen=True, slots=True)
class Database:
    """Where transactions begin; `told` is set when one that told something has been committed."""

    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    told: asyncio.Event

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with self.sessions.begin() as tx:
            yield tx


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """Open the call's transaction; it is committed before the answer is sent."""
    database: Database = request.app.state.database
    async with database.transaction() as tx:
        request.state.tx = tx
        yield tx


# FastAPI: without the scope a failing commit would come after a 201.
Tx = Annotated[AsyncSession, Depends(transaction, scope="function")]


def connect(settings: ServiceSettings) -> Database:
    """Make the pool; it connects when first used."""
    engine = create_async_engine(
        settings.database_url, pool_size=10, max_overflow=10, hide_parameters=True
    )
    source = f"/municipality/{settings.municipality}/{settings.service}"
    told = asyncio.Event()

    class Telling(Session):
        """A session of this service; it says when something told has been committed."""

    @event.listens_for(Telling, "after_commit")
    def after_commit(session: Session) -> None:
        if session.info.pop("told", False):
            told.set()

    sessions = async_sessionmaker(
        engine,
        class_=AsyncSession,
        sync_session_class=Telling,
        expire_on_commit=False,
        info={"source": source, "clock": settings.clock},
    )
    return Database(engine, sessions, told)


async def connect_directly(url: str) -> asyncpg.Connection:
    """Open a connection past any pooler, for session locks and LISTEN."""
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.connect(dsn, server_settings=KEEPALIVES, timeout=10)


def world_is_broken(error: BaseException) -> bool:
    """Tell an outage, which passes, from a broken record or a bug, which does not."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        cause = error.orig.__cause__ if error.orig else None
        return (
            error.connection_invalidated or state.startswith(OUTAGES) or world_is_broken_by(cause)
        )
    return world_is_broken_by(error)


def world_is_broken_by(error: BaseException | None) -> bool:
    # asyncpg: a dying server comes as InternalClientError, outside its usual classes.
    outages = (OSError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError)
    return isinstance(error, (*outages, NoConnectionLeft, asyncpg.InterfaceError))


def migrations(service: str, url: str) -> Config:
    """Find the migrations beside the service's package."""
    spec = importlib.util.find_spec(service)
    if spec is None or spec.origin is None:
        raise LookupError(f"There is no service {service!r} here.")
    config = Config()
    config.set_main_option("script_location", str(Path(spec.origin).parents[2] / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(service: str, url: str) -> None:
    """Bring the schema to its head; safe to repeat, and from several places at once."""
    command.upgrade(migrations(service, url), "head")


async def schema_is_at_head(service: str, tx: Tx) -> bool:
    """Ask whether the migrations of this release have run."""
    connection = await tx.connection()
    found = await connection.scalar(text("SELECT to_regclass('alembic_version')"))
    head = ScriptDirectory.from_config(migrations(service, "")).get_current_head()
    version = text("SELECT version_num FROM alembic_version")
    return found is not None and await connection.scalar(version) == head


def plumbing(number: int) -> str:
    """Read one numbered file of the plumbing's SQL, for a service's migration."""
    return (PLUMBING / f"{number:04}.sql").read_text()


def run_migrations(metadata: MetaData) -> None:
    """Run Alembic against the address in its config: the whole of a service's `env.py`."""
    asyncio.run(_run_migrations(context.config.attributes["url"], metadata))


async def _run_migrations(url: str, metadata: MetaData) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            # One migrator at a time; the others find nothing left to do.
            await connection.execute(text("SELECT pg_advisory_xact_lock(7071072)"))
            await connection.run_sync(_upgrade, metadata)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, metadata: MetaData) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=lambda name, kind, _: kind != "table" or name not in PLUMBING_TABLES,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
