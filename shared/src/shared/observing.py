"""The figures that operations look at, read from the database every few seconds."""

import asyncio
from contextlib import suppress

import structlog
from sqlalchemy import text

from shared import metrics
from shared.database import Database

EVERY_SECONDS = 5
GAP_ALARM_SECONDS = 300
OLDEST = text("""SELECT coalesce(extract(epoch FROM clock_timestamp() - told_at), 0)
                 FROM outbox ORDER BY position LIMIT 1""")
WAITING = text("SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 10000) AS some")
PARKED = text("""SELECT reason, count(*) AS records, count(DISTINCT (topic, key)) AS streams,
                        extract(epoch FROM clock_timestamp() - min(parked_at)) AS age
                 FROM parked GROUP BY reason""")
STREAMS = text("SELECT count(DISTINCT (topic, key)) FROM parked WHERE key IS NOT NULL")

log = structlog.get_logger()


class Observer:
    """Reads what waits in outbox and car park; alarms on a gap that stays."""

    def __init__(self, service: str, database: Database) -> None:
        self.service, self.database = service, database
        self.reasons: set[str] = set()  # those once seen: their figure must go back to 0

    async def run(self) -> None:
        while True:
            with suppress(Exception):  # the database is away: readiness says so
                await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        async with self.database.transaction() as tx:
            connection = await tx.connection()
            oldest, waiting = await connection.scalar(OLDEST), await connection.scalar(WAITING)
            streams = await connection.scalar(STREAMS)
            parked = {row.reason: row for row in await connection.execute(PARKED)}
        metrics.outbox_age.labels(self.service).set(oldest or 0)
        metrics.outbox_rows.labels(self.service).set(waiting or 0)
        metrics.inbox_waiting.labels(self.service).set(streams or 0)
        self.reasons |= parked.keys()
        for reason in self.reasons:
            records = parked[reason].records if reason in parked else 0
            metrics.inbox_parked.labels(self.service, reason).set(records)
        if "gap" in parked and parked["gap"].age > GAP_ALARM_SECONDS:
            log.error("streams_have_gaps", count=parked["gap"].streams)
