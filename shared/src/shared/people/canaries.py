"""Whether a service's keys are those that its database was sealed with.

Each key seals a text at the first start; whoever can't open it later has another key. While a
vault's key is changed there are two, of both keys that anything may lie sealed with: the second is
named as the setting of the previous key, and goes when all is wrapped by one.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Tx
from shared.people.vaults import Unreadable, Vault
from shared.settings import ServiceSettings
from shared.settings.words import previous_of

KEPT = text("SELECT sealed FROM canaries WHERE key IN (:key, :previous)")
FIRST = text("INSERT INTO canaries VALUES (:key, :sealed) ON CONFLICT DO NOTHING")
REPLACED = text("UPDATE canaries SET sealed = :sealed WHERE key = :key")
SECOND = text(
    "INSERT INTO canaries SELECT :previous, sealed FROM canaries WHERE key = :key"
    " ON CONFLICT DO NOTHING"
)
GONE = text("DELETE FROM canaries WHERE key = :previous")
LOOKED_AT = 20  # rows: one of them can be broken, and the key be right

Opening = Callable[[], object]  # of one row; Unreadable with another key
Rows = Callable[[Tx], Awaitable[Sequence[Opening]]] | None  # None: nothing by which it is known


class WrongKey(Exception):
    """A key isn't the one that this database was sealed with; names its setting, and the cure."""

    def __init__(self, setting: str, previous: str = "") -> None:
        said = f"{setting} isn't the key that this database was sealed with."
        cure = f" While it is changed, {previous} holds the other of both keys,"
        cure += " until `jobbpakten keys rotate` says that it may go."
        super().__init__(said + (cure if previous else ""))


@dataclass(frozen=True, slots=True)
class Canary:
    """How the key in a setting is known again; `rows` open what it sealed before there was one.

    `previous` is set where rows lie wrapped by the key: then both keys are demanded until none is.
    """

    setting: str
    seal: Callable[[], bytes]
    made: Callable[[bytes], bool]
    made_before: Callable[[bytes], bool] = lambda _: False  # the key before, while it is changed
    rows: Rows = None
    previous: str = ""
    seal_before: Callable[[], bytes] | None = None


def of_vault(settings: ServiceSettings, name: str, vault: Vault, rows: Rows) -> Canary:
    """Give the canary of a key that wraps the keys of persons."""
    setting = settings.variable(name)
    before = vault.previous
    return Canary(
        setting,
        partial(vault.canary, setting),
        partial(vault.made, name=setting),
        partial(before.made, name=setting) if before else lambda _: False,
        rows,
        settings.variable(previous_of(name)),
        partial(before.canary, setting) if before else None,
    )


async def check(tx: Tx, canaries: Iterable[Canary]) -> None:
    """Write the canaries that aren't there, and open those that are; WrongKey if one doesn't.

    Where rows were sealed before there were canaries, one of them has to open first. Of two
    replicas that write at once the second finds what the first wrote.
    """
    connection = await tx.connection()
    for one in canaries:
        named = {"key": one.setting, "previous": one.previous}
        found = await kept(connection, named)
        if not found:
            rows = await one.rows(tx) if one.rows else ()
            if rows and not any(map(opens, rows)):
                raise WrongKey(one.setting, one.previous)
            seal = one.seal_before if rows and one.seal_before else one.seal
            await connection.execute(FIRST, named | {"sealed": seal()})
            found = await kept(connection, named)
        if not all(one.made(each) or one.made_before(each) for each in found):
            raise WrongKey(one.setting, one.previous)
        if not any(map(one.made, found)):
            if one.previous:
                await connection.execute(SECOND, named)
            await connection.execute(REPLACED, named | {"sealed": one.seal()})


async def kept(connection: AsyncConnection, named: Mapping[str, str]) -> list[bytes]:
    """Give a setting's canaries: none at the first start, two while its key is changed."""
    return [bytes(one) for one in await connection.scalars(KEPT, named)]


async def settle(tx: Tx, one: Canary) -> None:
    """Note that nothing is wrapped by another key than the present one."""
    connection, named = await tx.connection(), {"key": one.setting, "previous": one.previous}
    await connection.execute(REPLACED, named | {"sealed": one.seal()})
    await connection.execute(GONE, named)


def opens(row: Opening) -> bool:
    with suppress(Unreadable):
        row()
        return True
    return False
