"""Several things in one transaction, each by itself: one that fails stops none of the others."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from shared.any_of import among
from shared.database import Tx
from shared.messaging.causation import because, current
from shared.undone import is_held

Seen = TypeVar("Seen")
Named = Iterable[tuple[object, Callable[[], Seen]]]


async def each_by_itself(
    tx: Tx, kind: str, named: Iterable[tuple[UUID, str]], act: Callable[[UUID], Awaitable[Any]]
) -> int:
    """Do the same with each of several things, named by id and network; give how many were done.

    They are only named, and read when it is their turn: a row that can't be read fails by itself.
    """
    return sum([await by_itself(tx, kind, key, at, partial(act, key)) for key, at in named])


async def all_at_once(
    tx: Tx, kind: str, named: Sequence[tuple[UUID, str]], act: Callable[[UUID], Awaitable[Any]]
) -> int:
    """Do as `each_by_itself` does, in one savepoint for all: a tenth of the statements.

    Where one of them fails, all is undone and done again, each by itself.
    """
    try:
        async with tx.begin_nested():
            await tx.connection()
            for key, at in named:
                with because(replace(current.get(), network=at)):
                    await act(key)
    except Exception as error:
        if tx.undone.passes(error) and not is_held(error):
            raise
        return await each_by_itself(tx, kind, named, act)
    for key, _ in named:
        with tx.undone.thing(kind, key):
            pass  # done, whatever failed before
    return len(named)


async def drawn(tx: Tx, here: Any, most: int) -> Sequence[Any]:
    """Draw some of the rows by chance: those that fail don't stand before all others for ever."""
    return list(await tx.exec(here.order_by(func.random()).limit(most)))


async def still(
    tx: Tx, thing: Any, ids: Iterable[UUID], due: ColumnElement[bool]
) -> Sequence[tuple[UUID, str]]:
    """Lock what was drawn and is due yet, by id: somebody may have done it while we waited."""
    here = select(thing.id, thing.network).where(among(thing.id, ids), due)
    return await taken(tx, here.order_by(thing.id))


async def taken(tx: Tx, named: Any) -> Sequence[Any]:
    """Lock what a round names, and give it; what somebody holds for long is left to the next."""
    try:
        async with tx.begin_nested():
            return list(await tx.exec(named.with_for_update()))
    except DBAPIError as error:
        if not is_held(error):
            raise
        return list(await tx.exec(named.with_for_update(skip_locked=True)))


async def by_itself(
    tx: Tx, kind: str, key: object, network: str, act: Callable[[], Awaitable[Any]]
) -> bool:
    """Do one thing in its own savepoint and tell whether it was done.

    What a bug or a broken row has begun is undone, counted and logged; an outage is raised. After a
    failure the objects that `act` has changed have to be read anew.
    """
    with tx.undone.thing(kind, key), because(replace(current.get(), network=network)):
        async with tx.begin_nested():
            await tx.connection()  # SQLAlchemy sets the savepoint with it, and not before
            await act()
        return True
    return False


def each_seen(tx: Tx, kind: str, named: Named[Seen]) -> list[Seen]:
    """Give what several rows are seen as; one that can't be read is left out, counted and logged.

    It is counted by itself: that a row is seen again doesn't say that what else failed is done.
    """
    found = list[Seen]()
    for key, see in named:
        with tx.undone.thing(f"unreadable_{kind}", key):
            found.append(see())
    return found
