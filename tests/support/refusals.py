"""Calls that are refused, made twice: about somebody who is known, and about nobody."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import event, text
from tests.support.driven import Driven

JSON = {"Content_Type": "application/json"}
WRONG: tuple[Any, ...] = (None, "", 17, -1, True, [], {}, ["x"], "x" * 2000)
WRONG += ("\x00", "\ud800", "890102-3286", "…")
TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
ALL = "md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), ''))"
DAYS = ("2001-01-01", "1999-12-31", "2026-01-29", "2026-03-03", "2099-12-31", "soon", 0)


def changes(body: dict[str, Any], days: str) -> Iterator[dict[str, Any]]:
    """Give what differs: each field odd, in many ways, or missing; days of all kinds; one more."""
    for field in body:
        yield from ({field: wrong} for wrong in WRONG)
    yield from ({field: ...} for field in body)
    yield from ({days: day} for day in DAYS)
    yield {"surprise": 1}


def changed(body: dict[str, Any], differs: dict[str, Any]) -> bytes:
    """Write a body with what differs; JSON can say more than UTF-8 can."""
    whole = {name: said for name, said in (body | differs).items() if said is not ...}
    return json.dumps(whole).encode()


def seen(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """Give all that a caller sees of an answer."""
    return answer.status_code, answer.content, dict(answer.headers)


async def stored(service: Driven) -> dict[str, str]:
    """Give what lies in each table, short: after a refused call it is what it was before."""
    async with service.database.transaction() as tx:
        connection = await tx.connection()
        names = (await connection.execute(TABLES)).scalars().all()
        each = ", ".join(f"(SELECT {ALL} FROM {name} AS t) AS {name}" for name in names)
        row = (await connection.execute(text(f"SELECT {each}"))).one()
        return dict(row._mapping)


@contextmanager
def looks(service: Driven, table: str) -> Iterator[list[str]]:
    """Collect the statements about a table that are executed meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if table in statement:
            found.append(statement)

    engine = service.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
