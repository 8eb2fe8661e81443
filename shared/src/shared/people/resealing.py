"""What lies sealed in the first form, sealed anew in the second, while the service runs.

Nothing is changed but the form, and each row under its lock, so whatever a service writes at the
same time stands. It waits for nobody: a row that somebody else holds is done in the next round.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, func, inspect, literal, or_, text, tuple_
from sqlmodel import SQLModel, select

from shared.database import Database, Tx, connect
from shared.machines import NotFound
from shared.people.canaries import check
from shared.people.vaults import BOUND, MARK
from shared.settings import ServiceSettings

CHUNK, ROUNDS, BETWEEN_ROUNDS_SECONDS = 500, 5, 1.0
SEALS = "{}.commands.seals"
SECOND_FORM = text("INSERT INTO sealing (form) VALUES (:form) ON CONFLICT (only_row) DO NOTHING")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A table in which something lies sealed, and how one of its rows is sealed anew."""

    table: type[SQLModel]
    sealed: tuple[Any, ...]
    reseal: Callable[[Tx, Any], Awaitable[None]]

    @property
    def name(self) -> str:
        return str(self.table.__tablename__)

    @property
    def key(self) -> Sequence[Any]:
        key: Sequence[Any] = inspect(self.table).primary_key
        return key

    @property
    def is_old(self) -> ColumnElement[bool]:
        mark = literal(MARK, LargeBinary())
        return or_(*(func.substring(one, 1, len(MARK)) != mark for one in self.sealed))


@dataclass
class Resealed:
    """What has become of one table."""

    service: str
    table: str
    resealed: int = 0
    left: int = 0  # in the first form
    unreadable: int = 0  # of these: those that nobody can open


def seals_anything(service: str) -> bool:
    """Tell whether a service seals: then it says what in its `commands/seals.py`."""
    return find_spec(SEALS.format(service)) is not None


async def reseal(settings: ServiceSettings, say: Callable[[str], None]) -> list[Resealed]:
    """Let the service seal in the second form, and bring to it what lies in the first.

    WrongKey for another key than this database's, before anything is done. Safe to repeat.
    """
    seals = import_module(SEALS.format(settings.service))
    database = connect(settings)
    try:
        async with database.transaction() as tx:
            await check(tx, seals.canaries(settings))
            await (await tx.connection()).execute(SECOND_FORM, {"form": BOUND})
        return [await emptied(database, settings.service, shelf, say) for shelf in seals.SHELVES]
    finally:
        await database.engine.dispose()


async def emptied(
    database: Database, service: str, shelf: Shelf, say: Callable[[str], None]
) -> Resealed:
    """Seal a table's rows anew, in several rounds where others hold some of them."""
    done = Resealed(service, shelf.name)
    for number in range(ROUNDS):
        await asyncio.sleep(BETWEEN_ROUNDS_SECONDS if number else 0)
        await once(database, shelf, done, say)
        async with database.transaction() as tx:
            left = select(func.count()).select_from(shelf.table).where(shelf.is_old)
            done.left = (await tx.exec(left)).one()
        say(f"{service}: {shelf.name}: {done.resealed} sealed anew, {done.left} left")
        if done.left == done.unreadable:
            break
    return done


async def once(
    database: Database, shelf: Shelf, done: Resealed, say: Callable[[str], None]
) -> None:
    """Go through a table once, in short transactions; what can't be opened stays as it is."""
    after, done.unreadable = None, 0
    while True:
        async with database.transaction() as tx:
            keys = (await (await tx.connection()).execute(page(shelf, after))).all()
            for key in keys:
                try:
                    await shelf.reseal(tx, await tx.get_one(shelf.table, tuple(key)))
                    done.resealed += 1
                except (NotFound, TypeError, ValueError):  # forgotten, or tampered with
                    done.unreadable += 1
        if not keys:
            return
        after = keys[-1]
        say(f"{done.service}: {shelf.name}: {done.resealed} sealed anew")


def page(shelf: Shelf, after: Any) -> Any:
    """Name the next rows that nobody holds, and lock them; a row that can't be read fails alone."""
    chosen = select(*shelf.key).where(shelf.is_old)
    if after:
        chosen = chosen.where(tuple_(*shelf.key) > tuple_(*after))
    return chosen.order_by(*shelf.key).limit(CHUNK).with_for_update(skip_locked=True)
