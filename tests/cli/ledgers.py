"""Two services' databases as they lie after telling and hearing, written without services."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import make_url

from jobbpakten_local.parts import finished

HEARS = {"membership": {"followup.v1"}, "followup": {"membership.v1"}}


@dataclass(frozen=True)
class Ledgers:
    """What membership and followup have told and heard of each other."""

    urls: dict[str, str]

    def told(self, service: str, topic: str, **versions: int) -> None:
        self.store(service, "INSERT INTO streams VALUES ($1, $2, $3)", topic, versions)

    def told_at(self, service: str, key: str, at: datetime | None) -> None:
        """Have a stream been told then, and no more; None: by a release that kept no moments."""
        moments = "UPDATE streams SET told_at = $2, last_told_at = $2 WHERE key = $1"
        self.run(service, moments, key, at)

    def began_late(self, service: str, topic: str, key: str, first: int) -> None:
        row = ("began_late", topic, key, first, service, "none before it came")
        columns = "(act, topic, key, version, actor, ground)"
        sql = f"INSERT INTO settlements {columns} VALUES ($1, $2, $3, $4, $5, $6)"
        self.run(service, sql, *row)

    def heard(self, service: str, topic: str, **versions: int) -> None:
        self.store(service, "INSERT INTO inbox VALUES ($1, $2, $3)", topic, versions)

    def waits_in_outbox(self, service: str) -> None:
        row = "'membership.v1', 'k', 1, '{}'"
        self.run(service, f"INSERT INTO outbox (topic, key, version, headers) VALUES ({row})")

    def park(self, service: str, payload: bytes | None = b"{}", **more: Any) -> int:
        row = {"topic": "membership.v1", "partition": 0, "offset": 7, "key": "k", "version": 2}
        row |= {"reason": "malformed", "headers": json.dumps([]).encode(), "payload": payload}
        row |= more
        names = ", ".join(f'"{name}"' for name in row)
        places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        sql = f"INSERT INTO parked ({names}) VALUES ({places}) RETURNING id"
        (found,) = self.run(service, sql, *row.values())
        return int(found["id"])

    def store(self, service: str, sql: str, topic: str, versions: dict[str, int]) -> None:
        for key, version in versions.items():
            self.run(service, sql, topic, key, version)

    def run(self, service: str, sql: str, *values: Any) -> list[asyncpg.Record]:
        return finished(run(self.urls[service], sql, *values))

    def environment(self) -> dict[str, str]:
        return {f"{name.upper()}_DATABASE_URL": url for name, url in self.urls.items()}


async def run(url: str, sql: str, *values: Any) -> list[asyncpg.Record]:
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(sql, *values))
    finally:
        await connection.close()
