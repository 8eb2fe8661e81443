"""Followup on a real database, without Kafka: it hears records, and we look at what it tells."""

import json
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from tests.followup.support.stories import Told, World
from tests.support import callers

from followup.clock import due
from followup.folds import Rooms
from followup.main import create_app
from followup.rules.ledger import Figures
from followup.settings import Settings
from followup.subscribers import hears
from shared.database import Database
from shared.messaging.inbox.batches import Inbox
from shared.messaging.inbox.records import Record
from shared.time.schedule import do_due


def made(url: str) -> tuple[Settings, FastAPI]:
    settings = callers.settings(Settings, url)
    return settings, create_app(settings)


usual = cache(made)

FIGURES = f"SELECT {', '.join(Figures.__slots__)} FROM commitments WHERE id = :id"


class Followup:
    """The service without Kafka: its inbox, its clock, its HTTP and its outbox."""

    def __init__(self, settings: Settings, app: FastAPI) -> None:
        self.app = app
        self.database: Database = app.state.database
        self.inbox = Inbox(settings, self.database, hears)
        app.state.folds = Rooms()  # no answer outlives its test

    async def hears(self, *records: Record) -> None:
        """Settle a batch; whatever is parked is a failure."""
        await self.inbox.process(records)
        self.app.state.folds = Rooms()
        assert await self.rows("SELECT reason, detail FROM parked") == []

    async def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        async with self.database.transaction() as tx:
            found = await (await tx.connection()).execute(text(sql), values)
            return [dict(row) for row in found.mappings()]

    async def told(self) -> list[Told]:
        """Give what lies in the outbox, in its order."""
        found = await self.rows("SELECT headers, payload FROM outbox ORDER BY position")
        return [Told.of(row["headers"], json.loads(row["payload"])) for row in found]

    async def due(self, today: str) -> int:
        """Set the day and do what is due."""
        await self.today(today)
        return (await do_due(self.database, due)).done

    async def today(self, today: str) -> None:
        async with self.database.transaction() as tx:
            connection = await tx.connection()
            await connection.execute(text("DELETE FROM clock"))
            day = {"today": date.fromisoformat(today)}
            await connection.execute(text("INSERT INTO clock (today) VALUES (:today)"), day)
        self.app.state.folds = Rooms()

    def client(self, role: str = "", **claims: Any) -> httpx.AsyncClient:
        """Give a client for the app; without a role it has no token."""
        client = callers.client(self.app)
        if role:
            client.headers.update(callers.bearer("followup", role, **claims))
        return client


async def figures(followup: Followup, world: World, name: str) -> Figures:
    [row] = await followup.rows(FIGURES, id=world.id(name))
    return Figures(**row)


async def the_last_told_is_what_the_ledger_says(followup: Followup) -> None:
    """Each figure told adds up and differs from the one before; the last is the ledger's."""
    told: dict[str, list[dict[str, int]]] = {}
    for one in await followup.told():
        if one.kind == "commitment.progressed.v1":
            told.setdefault(one.body.pop("commitment_id"), []).append(one.body)
    for several in told.values():
        assert all(one != other for one, other in pairwise(several))
        for units in several:
            parts = ("remaining", "open", "kept", "lapsed", "released")
            assert units["promised"] == sum(units[part] for part in parts)
    names = ", ".join(Figures.__slots__)
    rows = await followup.rows(f"SELECT id, {names} FROM commitments WHERE promised IS NOT NULL")
    assert {str(row.pop("id")): row for row in rows} == {
        key: each[-1] for key, each in told.items()
    }
