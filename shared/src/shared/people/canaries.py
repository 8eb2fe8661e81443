"""Whether a service's keys are those that its database was sealed with.

Each key seals a text at the first start; whoever can't open it later has another key.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text

from shared.database import Tx
from shared.people.vaults import Unreadable, Vault

KEPT = text("SELECT sealed FROM canaries WHERE key = :key")
FIRST = text("INSERT INTO canaries VALUES (:key, :sealed) ON CONFLICT DO NOTHING")
REPLACED = text("UPDATE canaries SET sealed = :sealed WHERE key = :key")
LOOKED_AT = 20  # rows: one of them can be broken, and the key be right

Opening = Callable[[], object]  # of one row; Unreadable with another key
Rows = Callable[[Tx], Awaitable[Sequence[Opening]]] | None  # None: nothing by which it is known


class WrongKey(Exception):
    """A key isn't the one that this database was sealed with; names its setting."""

    def __init__(self, setting: str) -> None:
        super().__init__(f"{setting} isn't the key that this database was sealed with.")


@dataclass(frozen=True, slots=True)
class Canary:
    """How the key in a setting is known again; `rows` open what it sealed before there was one."""

    setting: str
    seal: Callable[[], bytes]
    made: Callable[[bytes], bool]
    made_before: Callable[[bytes], bool] = lambda _: False  # the key before, while it is changed
    rows: Rows = None


def of_vault(setting: str, vault: Vault, rows: Rows = None) -> Canary:
    seal, made = partial(vault.canary, setting), partial(vault.made, name=setting)
    return Canary(setting, seal, made, rows=rows)


async def check(tx: Tx, canaries: Iterable[Canary]) -> None:
    """Write the canaries that aren't there, and open those that are; WrongKey if one doesn't.

    Where rows were sealed before there were canaries, one of them has to open first. Of two
    replicas that write at once the second finds what the first wrote.
    """
    connection = await tx.connection()
    for one in canaries:
        named = {"key": one.setting}
        if await connection.scalar(KEPT, named) is None:
            rows = await one.rows(tx) if one.rows else ()
            if rows and not any(map(opens, rows)):
                raise WrongKey(one.setting)
            await connection.execute(FIRST, named | {"sealed": one.seal()})
        kept = bytes(await connection.scalar(KEPT, named))
        if one.made(kept):
            continue
        if not one.made_before(kept):
            raise WrongKey(one.setting)
        await connection.execute(REPLACED, named | {"sealed": one.seal()})


def opens(row: Opening) -> bool:
    with suppress(Unreadable):
        row()
        return True
    return False
