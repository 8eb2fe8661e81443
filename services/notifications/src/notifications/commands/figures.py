"""What operations can see of mails; read from the database with every look for lost ones."""

from prometheus_client import Gauge
from sqlalchemy import text

from shared.database import Tx

oldest_due = Gauge("mails_oldest_due_seconds", "How long the oldest due mail waits.", ["service"])
to_settle = Gauge(
    "notices_to_settle", "Notices that failed or are uncertain, for a person.", ["service", "state"]
)
paused = Gauge("mails_paused", "1 while the mail server is left in peace.", ["service"])

# Both read a partial index alone.
OLDEST = text("""SELECT extract(epoch FROM clock_timestamp() - min(next_try_at))
                 FROM deliveries WHERE state = 'waiting'""")
TO_SETTLE = text("""SELECT state, count(*) AS notices FROM notices
    WHERE state IN ('failed', 'uncertain') AND settled_on IS NULL GROUP BY state""")


async def look(tx: Tx, service: str) -> None:
    connection = await tx.connection()
    oldest_due.labels(service).set(max(0, await connection.scalar(OLDEST) or 0))
    counts = dict.fromkeys(("failed", "uncertain"), 0)
    counts |= {row.state: row.notices for row in await connection.execute(TO_SETTLE)}
    for state, count in counts.items():
        to_settle.labels(service, state).set(count)
