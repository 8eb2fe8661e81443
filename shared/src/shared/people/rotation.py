"""A vault's key changed for another while the service runs: each person's key wrapped anew.

What was sealed with it stays as it is. Each row is done in a transaction of its own, and one that
somebody holds in the next round: nobody waits for us, and whoever stops us anywhere has lost
nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

from shared.database import Database, connect
from shared.people.canaries import Canary, check, settle
from shared.people.resealing import SEALS
from shared.people.vaults import Label, Unreadable, Vault
from shared.settings import ServiceSettings
from shared.settings.words import previous_of

PAGE, ROUNDS, BETWEEN_ROUNDS_SECONDS = 500, 5, 1.0
TWICE = "another is found by the same"
AMISS = "what lies sealed there, or what it is found by, isn't its own"


@dataclass(frozen=True, slots=True)
class Wrap:
    """Persons' keys that the key in a setting wraps: in which column, and whose each is.

    `owner` are the columns of the label; the last of them is the table's key. `rewrap` wraps one
    row's anew, and makes anew by what it is found.
    """

    setting: str
    vault: Callable[[Any], Vault]
    table: type[SQLModel]
    wrapped: Any
    owner: tuple[Any, ...]
    rewrap: Callable[[Any, Any], Awaitable[None]]


@dataclass
class Rotated:
    """Where a key is in its change. Nothing is wrapped by the previous one where none is left."""

    key: str
    state: str = "not being changed"
    rewrapped: int = 0
    left: int = 0
    unreadable: int = 0  # their keys are opened by neither key


async def rotate(settings: ServiceSettings, say: Callable[[str], None]) -> list[Rotated]:
    """Bring all that a previous key has wrapped to the present one, key by key.

    WrongKey for other keys than this database's, before anything is done. Safe to repeat.
    """
    seals = import_module(SEALS.format(settings.service))
    canaries: Sequence[Canary] = seals.canaries(settings)
    database = connect(settings)
    try:
        async with database.transaction() as tx:
            await check(tx, canaries)
        by_setting = {one.setting: one for one in canaries}
        found = [
            await rotated(database, by_setting[settings.variable(name)], wraps, say)
            for name, wraps in wraps_by_key(seals.WRAPS)
        ]
        async with database.transaction() as tx:
            return [*found, *await seals.beside(tx)]
    finally:
        await database.engine.dispose()


def wraps_by_key(wraps: Sequence[Wrap]) -> Iterator[tuple[str, list[Wrap]]]:
    for name in dict.fromkeys(one.setting for one in wraps):
        yield name, [one for one in wraps if one.setting == name]


async def rotated(
    database: Database,
    canary: Canary,
    wraps: Sequence[Wrap],
    say: Callable[[str], None],
) -> Rotated:
    """Wrap anew what one key wraps; once nothing is left, note that the previous may go."""
    done = Rotated(canary.setting)
    for number in range(ROUNDS):
        await asyncio.sleep(BETWEEN_ROUNDS_SECONDS if number else 0)
        done.left = done.unreadable = 0
        for wrap in wraps:
            await once(database, wrap, done, say)
        if not done.left:
            break
    if done.left:  # somebody held them, or has to look at them
        done.state = f"{canary.previous} is still needed: run this again"
        return done
    async with database.transaction() as tx:
        await settle(tx, canary)
        is_set = getattr(tx.settings, previous_of(wraps[0].setting))
    if is_set:
        done.state = f"{canary.previous} may be taken away"
    return done


async def once(database: Database, wrap: Wrap, done: Rotated, say: Callable[[str], None]) -> None:
    """Go through a table once, and wrap anew what our own key hasn't wrapped."""
    after, seen = None, 0
    while True:
        async with database.transaction() as tx:
            vault = wrap.vault(tx.settings)
            rows = (await (await tx.connection()).execute(page(wrap, after))).all()
        for wrapped, *owner in rows:
            try:
                is_done = vault.has_wrapped(wrapped, Label("", tuple(map(str, owner))))
            except Unreadable:  # with neither key: no key that is kept is of use to it
                done.unreadable += 1
                continue
            if not is_done:
                await wrapped_anew(database, wrap, owner[-1], done, say)
        if not rows:
            return
        after, seen = rows[-1][-1], seen + len(rows)
        said = f"{wrap.table.__tablename__}: {seen} looked at"
        say(f"{done.key}: {said}, {done.rewrapped} wrapped anew, {done.left} left")


async def wrapped_anew(
    database: Database, wrap: Wrap, key: Any, done: Rotated, say: Callable[[str], None]
) -> None:
    """Wrap one person's key anew; what somebody holds is left, and what a person has to look at.

    The previous key opens it all the same: as long as it isn't wrapped anew, that key may not go.
    """
    try:
        async with database.transaction() as tx:
            here = select(wrap.table).where(wrap.owner[-1] == key)
            row = (await tx.exec(here.with_for_update(skip_locked=True))).one_or_none()
            if row is None:  # or it has gone: then the next round doesn't find it
                done.left += 1
                return
            await wrap.rewrap(tx, row)
    except (IntegrityError, TypeError, ValueError) as error:
        done.left += 1
        why = TWICE if isinstance(error, IntegrityError) else AMISS
        say(f"{done.key}: {wrap.table.__tablename__}: {key} can't be wrapped anew: {why}")
        return
    done.rewrapped += 1


def page(wrap: Wrap, after: Any) -> Any:
    """Name the next keys, in order."""
    here = select(wrap.wrapped, *wrap.owner).where(wrap.wrapped.is_not(None))
    if after is not None:
        here = here.where(wrap.owner[-1] > after)
    return here.order_by(wrap.owner[-1]).limit(PAGE)
