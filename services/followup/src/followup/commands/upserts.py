"""Rows that are stored as they are heard: each in one statement, which is worded once."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import TextClause, text

from shared.database import Tx

NONE: Mapping[str, Any] = MappingProxyType({})


async def upsert(
    tx: Tx, table: str, of: Mapping[str, Any], facts: Mapping[str, Any] = NONE, unless: str = ""
) -> None:
    """Store facts beside what they are of, or put them in the place of those heard before.

    `of` names the row, its key first. A row that is there stays as it is where there are no facts,
    or where `unless` holds.
    """
    statement = worded(table, tuple(of), tuple(facts), unless)
    await (await tx.connection()).execute(statement, {**of, **facts})


@cache
def worded(table: str, of: tuple[str, ...], facts: tuple[str, ...], unless: str) -> TextClause:
    """Word it; all of it is our own: names of tables and columns, never what was heard."""
    columns = of + facts
    values = ", ".join(f":{name}" for name in columns)
    news = ", ".join(f"{name} = excluded.{name}" for name in facts)
    where = f" WHERE NOT ({unless})" if unless else ""
    then = f"UPDATE SET {news}{where}" if facts else "NOTHING"
    return text(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values}) "  # noqa: S608 - our names
        f"ON CONFLICT ({of[0]}) DO {then}"
    )
