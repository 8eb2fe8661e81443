"""A service of notes, small enough for a test: what goes wrong in it is what the note says."""

from datetime import date
from typing import Any

import httpx
from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import text
from tests.support.callers import bearer

from shared.database import Tx
from shared.http.access import Calling
from shared.http.idempotency import IdempotentRoute
from shared.machines import StaleEdit, Unfit, four_eyes
from shared.messaging.causation import current
from shared.settings import ServiceSettings

router = APIRouter(prefix="/networks/{network}", route_class=IdempotentRoute)
ME = bearer("membership", "coordinator")
seen: list[str] = []
PLACE = "/networks/jobbpakten/notes"


class Local(ServiceSettings, service="membership"):
    """A service small enough for a test."""


class NewNote(BaseModel):
    text: str = Field(max_length=20)
    count: int = 1


@router.post("/notes", status_code=201)
async def note(new: NewNote, tx: Tx, caller: Calling) -> dict[str, Any]:
    seen.append(current.get().correlation_id)
    connection = await tx.connection()
    await connection.execute(text("INSERT INTO notes VALUES (:text)"), {"text": new.text})
    if new.text == "bug":
        raise RuntimeError("850709-9805")
    if new.text == "eyes":
        four_eyes(caller, caller.id)
    if new.text == "stale":
        raise StaleEdit("stale", "Somebody changed it.")
    if new.text == "unfit":
        raise Unfit("/count", "too_many", "More than may be.")
    if new.text == "outage":
        await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    if new.text == "late failure":
        await connection.execute(text("INSERT INTO late VALUES (1), (1)"))
    return {"text": new.text, "notes": await connection.scalar(text("SELECT count(*) FROM notes"))}


@router.get("/notes")
async def notes(tx: Tx, _: Calling, network: str) -> list[str]:
    connection = await tx.connection()
    found = await connection.execute(
        text("SELECT text FROM notes WHERE text <> :n"), {"n": network}
    )
    return [row.text for row in found]


async def nothing_due(_: Any, __: date) -> int:
    return 0


async def count(http: httpx.AsyncClient) -> int:
    told = await http.post(PLACE, json={"text": "count"})
    return int(told.json()["notes"]) - 1
