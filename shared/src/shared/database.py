"""The service's own PostgreSQL: sessions, its schema, and what counts as an outage."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from jobbpakten_events import source_of
from shared.edges.postgres import Door
from shared.settings import ServiceSettings
from shared.settings.databases import WayToDatabase
from shared.undone import Undone

# Connection, rollback, out of resources, lock not available, operator intervention; read-only
# after a failover, no admission, no such database: a person mends those, and the record is well.
OUTAGES = ("08", "40", "53", "55", "57", "25006", "28", "3D")
# A dead leader's lock is gone after 25 s.
KEEPALIVES = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
# A replica that vanishes in the middle leaves its locks within a minute; who waits for a lock
# waits shorter than any handler's limit, so that waiting is an outage and no broken record.
PATIENCE = {"idle_in_transaction_session_timeout": "60s"}
# With the time to connect less than the 30 s in which a call is answered whatever is gone.
POOL_SECONDS = 15


Own = TypeVar("Own", bound=ServiceSettings)
Networks = Mapping[str, Any]


class Transaction(AsyncSession):
    """A transaction of one service, with its settings and what counts that something failed in it.

    `networks` are those that the installation runs, by their codes, as the service knows them.
    `day` is the business day once somebody has asked for it: one for one transaction.
    """

    def __init__(
        self, *, settings: ServiceSettings, networks: Networks, undone: Undone, **more: Any
    ) -> None:
        super().__init__(**more)
        self.settings, self.networks, self.undone = settings, networks, undone
        self.day: date | None = None

    @property
    def source(self) -> str:
        """Return what events of this service name as theirs."""
        return source_of(self.settings.municipality, self.settings.service)

    def own(self, kind: type[Own]) -> Own:
        """Return the settings as those of a service; TypeError if they are another's."""
        if not isinstance(self.settings, kind):
            raise TypeError(f"this is a transaction of {self.settings.service}")
        return self.settings

    def has_told(self) -> None:
        """Have the relay look as soon as this is committed."""
        self.sync_session.info["told"] = True


@dataclass(frozen=True, slots=True)
class Database:
    """Where transactions begin; `told` is set when one that told something has been committed.

    `undone` is what fails in them, or in the rounds of work around them. `door` is the way they
    take, `direct` the one past any pooler.
    """

    networks: Networks
    engine: AsyncEngine
    door: Door
    direct: Door
    sessions: async_sessionmaker[Transaction]
    told: asyncio.Event
    undone: Undone

    @property
    def at(self) -> str:
        """Say where it is, for logs and operators."""
        return self.door.at

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self.sessions.begin() as tx:
            yield tx

    async def fault(self) -> str:
        """Say why the database doesn't answer; nothing when it does."""
        try:
            async with asyncio.timeout(5), self.transaction() as tx:
                await (await tx.connection()).execute(text("SELECT 1"))
        except Exception as error:  # noqa: BLE001 - whatever it is, we aren't ready
            return self.door.said_of(error)
        return ""


async def transaction(request: Request) -> AsyncIterator[Transaction]:
    """Open the call's transaction; it is committed before the answer is sent."""
    database: Database = request.app.state.database
    async with database.transaction() as tx:
        request.state.tx = tx
        yield tx


# FastAPI: without the scope a failing commit would come after a 201.
Tx = Annotated[Transaction, Depends(transaction, scope="function")]


def connect(settings: ServiceSettings, networks: Networks | None = None) -> Database:
    """Make the pool; it connects when first used."""
    door = Door(settings.database_url, settings, session=session_settings(settings), said={})
    engine = door.engine(
        pool_size=10,
        max_overflow=10,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,  # the connection that was used last knows our statements already
    )
    networks = networks or {}
    told, undone = asyncio.Event(), Undone(settings.service, world_is_broken)
    undone.at = door.at

    class Telling(Session):
        """A session of this service; it says when something told has been committed."""

    @event.listens_for(Telling, "after_commit")
    def after_commit(session: Session) -> None:
        # SQLAlchemy calls it for a savepoint too, when nobody else sees anything yet.
        if not session.in_nested_transaction() and session.info.pop("told", False):
            told.set()

    sessions = async_sessionmaker(
        engine,
        class_=Transaction,
        sync_session_class=Telling,
        expire_on_commit=False,
        settings=settings,
        networks=networks,
        undone=undone,
    )
    direct = replace(direct_door(settings), said=door.said, command_seconds=30)
    return Database(networks, engine, door, direct, sessions, told, undone)


def direct_door(settings: WayToDatabase, **session: str) -> Door:
    """Give the way past any pooler, for session locks, LISTEN and the schema."""
    named = "database_direct_url" if settings.database_direct_url else "database_url"
    return Door(settings.direct_url, settings, named, KEEPALIVES | session, direct=True)


def session_settings(settings: ServiceSettings) -> dict[str, str]:
    """Give the settings of a pool session; none through a pooler, which would refuse them.

    There they belong to the role: ALTER ROLE … SET lock_timeout = '5s' and so on.
    """
    if settings.database_direct_url:
        return {}
    lock_ms = min(5_000, int(settings.handler_limit_seconds * 500))
    return KEEPALIVES | PATIENCE | {"lock_timeout": f"{lock_ms}ms"}


def world_is_broken(error: BaseException) -> bool:
    """Tell an outage, which passes, from a broken record or a bug, which does not."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        cause = error.orig.__cause__ if error.orig else None
        broken = error.connection_invalidated or state.startswith(OUTAGES)
        return broken or world_is_broken_by(cause)
    return world_is_broken_by(error)


def world_is_broken_by(error: BaseException | None) -> bool:
    # asyncpg: a dying server comes as InternalClientError, outside its usual classes.
    outages = (OSError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError)
    state = getattr(error, "sqlstate", None) or ""  # the driver's own error, of a COPY
    return isinstance(error, (*outages, NoConnectionLeft)) or state.startswith(OUTAGES)


def head_of(service: str) -> str:
    """Give the number of the last migration in the service's package, as its file begins."""
    return max(path.name[:4] for path in migrations_of(service).glob("versions/[0-9]*.py"))


def migrations_of(service: str) -> Path:
    spec = importlib.util.find_spec(service)
    if spec is None or spec.origin is None:
        raise LookupError(f"There is no service {service!r} here.")
    return Path(spec.origin).parent / "migrations"


async def schema_is_at_head(service: str, tx: Tx) -> bool:
    """Ask whether the migrations of this release have run."""
    connection = await tx.connection()
    if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return False
    version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    # a release must run on the next one's schema
    return version is not None and bool(version >= head_of(service))
