"""What is due on a day and not yet done: once, by one replica, each part by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text
from uuid_utils.compat import uuid7

from shared.database import Database, Tx, world_is_broken
from shared.messaging.causation import Cause, because
from shared.time.clock import today

ROUND_SECONDS = 60
MOST_ROUNDS = 1_000  # of a part at once: one that says each time that it did something has a bug
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7071073)")

Due = Callable[[Tx, date], Awaitable[int]]


@dataclass(slots=True)
class Done:
    """How many things were due and have now been done, and which parts failed as a whole."""

    done: int = 0
    failed: list[str] = field(default_factory=list)


async def do_due(database: Database, due: Sequence[Due]) -> Done:
    """Do what is due and not yet done, each part by itself; an outage is raised at the end."""
    done, outage = Done(), None
    for part in due:
        try:
            done.done += await do_part(database, part)
        except Exception as error:  # noqa: BLE001 - the part has said it
            done.failed.append(name_of(part))
            outage = error if world_is_broken(error) else outage
    if outage:
        raise outage
    return done


async def do_part(database: Database, part: Due) -> int:
    """Do one part in a transaction of its own; one replica at a time."""
    with database.undone.round(name_of(part)), because(Cause(correlation_id=str(uuid7()))):
        async with database.transaction() as tx:
            await (await tx.connection()).execute(ONE_AT_A_TIME)
            return await part(tx, await today(tx))


def name_of(part: Due) -> str:
    """Name a part by its module and its function, as in `transitions.expire`."""
    return f"{part.__module__.rpartition('.')[2]}.{part.__name__}"


async def run(database: Database, due: Sequence[Due]) -> None:
    """Look every minute for what is due, and go on until nothing is; an outage is waited for.

    Parts take turns, round by round: a long one keeps no other waiting, nor another replica, which
    takes its turn at the lock. One that fails is left alone until the next minute.
    """
    while True:
        able = list(due)
        for _ in range(MOST_ROUNDS):
            done = [(part, await done_by(database, part)) for part in able]
            able = [part for part, did in done if did is not None]
            if not any(did for _, did in done):
                break
        await asyncio.sleep(ROUND_SECONDS)


async def done_by(database: Database, part: Due) -> int | None:
    """Give how much a part did: while some do something, more may be due. None: it failed."""
    with suppress(Exception):
        return await do_part(database, part)
    return None
