"""Epochs: a database that was restored is found, and what it tells is told apart from then on."""

from uuid import uuid4

import asyncpg
import structlog

from shared.edges.postgres import Door
from shared.edges.postgres_refusals import NO_LINEAGE

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7071073)"
# What a dump doesn't take along; after the stroke the timeline, which is another one when a standby
# took over, or when a recovery to some moment has ended.
LINEAGE = """SELECT concat_ws('-', (SELECT system_identifier FROM pg_control_system()),
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        CAST('streams'::regclass AS oid))
    || '/' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)"""
LAST = "SELECT epoch, lineage FROM epochs ORDER BY number DESC LIMIT 1"
HAS_TOLD = "SELECT EXISTS (SELECT FROM streams)"
# `server`: another took over, or a recovery to some moment has ended. That lost something.
FOUND = {
    "copy": "database_is_a_copy",
    "server": "database_went_on_from_a_moment",
    "first": "database_told_before_it_had_epochs",
}
DRAW = "INSERT INTO epochs (epoch, lineage, because) VALUES ($1, $2, $3)"

log = structlog.get_logger()


async def note_lineage(connection: asyncpg.Connection) -> None:
    """Draw a new epoch where this database is a copy of the one in which the last was drawn.

    One more than was needed harms nobody: its numbers go on where the others ended.
    """
    async with connection.transaction():
        await connection.execute(ONE_AT_A_TIME)
        found = await look(connection)
    if found in {"copy", "server"}:
        log.error(FOUND[found])
    elif found:  # once, after the upgrade; later it is a dump from before that was put back
        log.warning(FOUND[found])


async def look(connection: asyncpg.Connection) -> str:
    """Draw what has to be drawn, and say why; empty where nothing is to be said."""
    lineage, last = await connection.fetchval(LINEAGE), await connection.fetchrow(LAST)
    if last is None:
        await connection.execute(DRAW, "", lineage, "first")
        return "first" if await connection.fetchval(HAS_TOLD) else ""
    if last["lineage"] == lineage:
        return ""
    is_copy = last["lineage"].split("/")[0] != lineage.split("/")[0]
    because = "copy" if is_copy else "server"
    await connection.execute(DRAW, uuid4().hex, lineage, because)
    return because


async def know_life(door: Door) -> None:
    """Find out which life of its database a service is in, before it tells or mails anything.

    DatabaseRefuses where it doesn't say; an outage as the driver says it.
    """
    connection = await door.connect()
    try:
        await note_lineage(connection)
    except asyncpg.InsufficientPrivilegeError:
        raise door.refusal(NO_LINEAGE) from None
    finally:
        await connection.close(timeout=1)


async def is_itself(connection: asyncpg.Connection) -> bool:
    """Tell whether this database is the one in which the last epoch was drawn."""
    last = await connection.fetchrow(LAST)
    return last is not None and last["lineage"] == await connection.fetchval(LINEAGE)


async def draw(connection: asyncpg.Connection) -> str:
    """Draw a new epoch, because a person restored this database; give it."""
    async with connection.transaction():
        await connection.execute(ONE_AT_A_TIME)
        await look(connection)  # where a restore begins: what is done from here on belongs to it
        epoch = uuid4().hex
        await connection.execute(DRAW, epoch, await connection.fetchval(LINEAGE), "restore")
    return epoch
