"""A service's database, opened for one command; what is the matter with it becomes a sentence."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.pool import NullPool
from sqlmodel.ext.asyncio.session import AsyncSession

from jobbpakten.cli.environment import database, database_variable
from jobbpakten.cli.exit_codes import Away
from shared.database import world_is_broken
from shared.edges.postgres_refusals import DatabaseRefuses

AMISS = {
    "42P01": "isn't migrated: run `jobbpakten migrate --service {service}`",
}
NO_ANSWER = "doesn't answer ({kind}): start PostgreSQL, or correct {variable}"


@asynccontextmanager
async def transaction(service: str) -> AsyncIterator[AsyncSession]:
    """Open a transaction of a service; Away when its database can't be used."""
    engine = database(service).engine(poolclass=NullPool)
    try:
        with reaching(service):
            async with async_sessionmaker(engine, class_=AsyncSession).begin() as tx:
                yield tx
    finally:
        await engine.dispose()


@contextmanager
def reaching(service: str) -> Iterator[None]:
    """Turn what is foreseeable about a database into Away; bugs stay what they are."""
    try:
        yield
    except (DBAPIError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        if not is_foreseeable(error):
            raise
        raise away(service, error) from None


def is_foreseeable(error: BaseException) -> bool:
    return world_is_broken(error) or sqlstate(error) in AMISS


def away(service: str, error: BaseException) -> Away:
    """Say what is the matter with a service's database, and what helps."""
    about = {"service": service, "variable": database_variable(service)}
    said = AMISS.get(sqlstate(error), NO_ANSWER).format(kind=type(error).__name__, **about)
    said = error.fault if isinstance(error, DatabaseRefuses) else said
    return Away(f"The database of {service} at {database(service).at} {said}.")


def sqlstate(error: BaseException) -> str:
    inner = error.orig if isinstance(error, DBAPIError) else error
    return getattr(inner, "sqlstate", None) or ""
