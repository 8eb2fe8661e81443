"""The figures that operations look at, read from the database every few seconds."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import GenerativeSelect, Row, func, select, text

from shared import metrics
from shared.database import Database, Tx
from shared.http import idempotency
from shared.messaging.alarms import Alarms
from shared.messaging.floors import Floor
from shared.messaging.inbox.streams import ANOTHER_EPOCH, REASONS
from shared.time.clock import today
from shared.undone import over_and_over

EVERY_SECONDS = 5
ALARM_SECONDS = 300
UNTOLD = (
    "Events lie in the outbox: Kafka is away, no relay leads, or it fails. Calls are answered"
    " meanwhile, and nothing is lost: docs/operations/alerts.md."
)
RESTORED = (
    "A database was put back, and its service tells other things under old numbers. What lies"
    " behind them waits until a person has decided: docs/operations/restore.md."
)
DRAWN = text("SELECT last_value - 1 FROM outbox_position_seq")  # one less: the first may be to come
UNSENT = text("""
    SELECT count(*) AS events, min(position) AS first,
        coalesce(extract(epoch FROM clock_timestamp() - min(told_at)), 0)::float AS seconds
    FROM (SELECT position, told_at FROM outbox WHERE position > :floor
          ORDER BY position LIMIT 10000) AS waiting""")
PARKED = text("""SELECT reason, count(*) AS records, count(DISTINCT (topic, key)) AS streams,
                        extract(epoch FROM clock_timestamp() - min(parked_at)) AS age
                 FROM parked GROUP BY reason""")
# Beside ours. Of other users' sessions PostgreSQL says it to members of pg_read_all_stats only.
OLDEST_TRANSACTION = text("""
    SELECT pid, usename, extract(epoch FROM clock_timestamp() - xact_start)::float AS seconds
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND xact_start IS NOT NULL
        AND backend_type = 'client backend'  -- autovacuum ends by itself, and gives way
    ORDER BY xact_start LIMIT 1""")
OLD_SECONDS = 300  # nothing of ours takes so long, and what it holds back grows
# How many things of each kind are due and wait for their turn. Asked every few seconds: a count
# reads an index alone, and stops at MOST_COUNTED.
Waiting = Callable[[Tx, date], Awaitable[Mapping[str, int]]]
MOST_COUNTED = 10_000
STREAMS = text("SELECT count(DISTINCT (topic, key)) FROM parked WHERE key IS NOT NULL")


async def counted(tx: Tx, here: GenerativeSelect) -> int:
    """Count what a statement selects, up to MOST_COUNTED."""
    some = here.limit(MOST_COUNTED).subquery()
    return await (await tx.connection()).scalar(select(func.count()).select_from(some)) or 0


class Observer:
    """Reads what waits in outbox and car park; alarms on a gap that stays."""

    def __init__(self, service: str, database: Database, waiting: Waiting | None = None) -> None:
        self.service, self.database, self.waiting = service, database, waiting
        self.reasons = {*REASONS}  # and those of another release once seen: they go back to 0
        self.alarms, self.floor = Alarms(), Floor()
        self.forgotten = 0  # old answers, with the last look
        self.oldest = 0.0  # of the events in the outbox, in seconds

    async def run(self) -> None:
        await over_and_over(self.database.undone, "figures", self.look, EVERY_SECONDS)

    async def look(self) -> int:
        """Read each figure by itself: one that can't be read keeps none from the others.

        Gives how many old answers went, where that was all that go at once: then more may be old.
        """
        self.forgotten = 0
        figures = (self.read_outbox, self.read_parked, self.forget_old_answers, self.read_waiting)
        for figure in (*figures, self.read_transactions):
            with self.database.undone.thing("figures", figure.__name__):
                async with self.database.transaction() as tx:
                    await figure(tx)
        return self.forgotten if self.forgotten >= idempotency.FORGOTTEN_AT_ONCE else 0

    async def read_waiting(self, tx: Tx) -> None:
        found = await self.waiting(tx, await today(tx)) if self.waiting else {}
        for kind, count in found.items():
            metrics.things_waiting.labels(self.service, kind).set(count)

    async def read_outbox(self, tx: Tx) -> None:
        """Read from a floor on, as the relay does: what it has sent is looked through by nobody."""
        connection = await tx.connection()
        drawn = await connection.scalar(DRAWN)
        if drawn < self.floor.at:  # another database, put back under us
            self.floor = Floor()
        await self.floor.look((await connection.get_raw_connection()).driver_connection)
        unsent = (await connection.execute(UNSENT, {"floor": self.floor.at})).one()
        self.floor.rise([drawn], [unsent.first] if unsent.first else [])
        self.oldest = unsent.seconds
        metrics.outbox_age.labels(self.service).set(self.oldest)
        metrics.outbox_rows.labels(self.service).set(unsent.events)
        if self.oldest > ALARM_SECONDS:
            self.alarms.ring("events_wait_untold", seconds=round(self.oldest), reason=UNTOLD)

    async def read_parked(self, tx: Tx) -> None:
        connection = await tx.connection()
        metrics.inbox_waiting.labels(self.service).set(await connection.scalar(STREAMS) or 0)
        parked = {row.reason: row for row in await connection.execute(PARKED)}
        self.reasons |= parked.keys()
        for reason in self.reasons:
            records = parked[reason].records if reason in parked else 0
            metrics.inbox_parked.labels(self.service, reason).set(records)
        self.alarm(parked)

    async def read_transactions(self, tx: Tx) -> None:
        """Say once in five minutes whose transaction is open for too long, and how to end it."""
        found = (await (await tx.connection()).execute(OLDEST_TRANSACTION)).first()
        metrics.oldest_transaction.labels(self.service).set(found.seconds if found else 0)
        if found and found.seconds > OLD_SECONDS:
            ends = f"SELECT pg_terminate_backend({found.pid})"
            reason = f"Process {found.pid} of {found.usename} holds back what is deleted: {ends}"
            about = {"seconds": round(found.seconds), "reason": reason, "at": self.database.at}
            self.alarms.ring("transaction_is_old", **about)

    async def forget_old_answers(self, tx: Tx) -> None:
        self.forgotten = await idempotency.forget_old_answers(await tx.connection())

    def alarm(self, parked: Mapping[str, Row[Any]]) -> None:
        """Say that numbers are missing, or that two lives of a database told the same."""
        gap = parked.get("gap")
        if gap and gap.age > ALARM_SECONDS:
            self.alarms.ring("streams_have_gaps", count=gap.streams)
        if restored := parked.get(ANOTHER_EPOCH):
            self.alarms.ring("teller_was_restored", count=restored.streams, reason=RESTORED)
