"""The figures that operations look at, read from the database every few seconds."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import Row, text

from shared import metrics
from shared.database import Database, world_is_broken

EVERY_SECONDS = 5
GAP_ALARM_SECONDS = 300
OLDEST = text("""SELECT coalesce(extract(epoch FROM clock_timestamp() - told_at), 0)
                 FROM outbox ORDER BY position LIMIT 1""")
WAITING = text("SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 10000) AS waiting")
PARKED = text("""SELECT reason, count(*) AS records, count(DISTINCT (topic, key)) AS streams,
                        extract(epoch FROM clock_timestamp() - min(parked_at)) AS age
                 FROM parked GROUP BY reason""")
OLD_ANSWERS = text("""DELETE FROM answers WHERE (caller, key) IN (
    SELECT caller, key FROM answers WHERE at < now() - interval '48 hours'
    LIMIT 1000 FOR UPDATE SKIP LOCKED)""")
STREAMS = text("SELECT count(DISTINCT (topic, key)) FROM parked WHERE key IS NOT NULL")

log = structlog.get_logger()


class Observer:
    """Reads what waits in outbox and car park; alarms on a gap that stays."""

    def __init__(self, service: str, database: Database) -> None:
        self.service, self.database = service, database
        self.reasons: set[str] = set()  # those once seen: their figure must go back to 0
        self.alarmed_at = 0.0

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:
                if not world_is_broken(error):  # else the database is away: readiness says so
                    log.exception("observer_failed")
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        async with self.database.transaction() as tx:
            connection = await tx.connection()
            oldest, waiting = await connection.scalar(OLDEST), await connection.scalar(WAITING)
            streams = await connection.scalar(STREAMS)
            await connection.execute(OLD_ANSWERS)
            parked = {row.reason: row for row in await connection.execute(PARKED)}
        metrics.outbox_age.labels(self.service).set(oldest or 0)
        metrics.outbox_rows.labels(self.service).set(waiting or 0)
        metrics.inbox_waiting.labels(self.service).set(streams or 0)
        self.reasons |= parked.keys()
        for reason in self.reasons:
            records = parked[reason].records if reason in parked else 0
            metrics.inbox_parked.labels(self.service, reason).set(records)
        self.alarm(parked)

    def alarm(self, parked: Mapping[str, Row[Any]]) -> None:
        """Say once in five minutes that numbers are missing."""
        gap, now = parked.get("gap"), time.monotonic()
        if gap and gap.age > GAP_ALARM_SECONDS and now - self.alarmed_at > GAP_ALARM_SECONDS:
            log.error("streams_have_gaps", count=gap.streams)
            self.alarmed_at = now
