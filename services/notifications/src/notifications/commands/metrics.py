"""What operations can see of mails; read from the database with every look for lost ones."""

from prometheus_client import Counter, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.channels import ADVICE
from notifications.rules.notices import RULES
from shared.database import Database
from shared.undone import Undone

oldest_due = Gauge("mails_oldest_due_seconds", "How long the oldest due mail waits.", ["service"])
to_settle = Gauge(
    "notices_to_settle", "Notices that failed or are uncertain, for a person.", ["service", "state"]
)
paused = Gauge("mails_paused", "1 while the mail server is left in peace.", ["service"])
alarms = Counter("mail_alarms", "Mails that met what a person must see to.", ["service", "alarm"])

# Both read a partial index alone.
OLDEST = text("""SELECT extract(epoch FROM clock_timestamp() - min(next_try_at))
                 FROM deliveries WHERE state = 'waiting'""")
TO_SETTLE = text("""SELECT state, count(*) AS notices FROM notices
    WHERE state IN ('failed', 'uncertain') AND settled_on IS NULL GROUP BY state""")


# What a later release has written: this one leaves it alone. A waiting one has an index.
OF_ANOTHER_RELEASE = text("""SELECT count(*) FROM notices
    WHERE state = 'waiting' AND delivery_id IS NULL AND rule <> ALL(:rules)""")
UNREADABLE = text("SELECT count(*) FROM recipients WHERE sealed IS NULL")

STATES = ("failed", "uncertain")


def expect(service: str) -> None:
    """Show all figures from the start."""
    for figure in (oldest_due, paused):
        figure.labels(service)
    for state in STATES:
        to_settle.labels(service, state)
    for alarm in ADVICE:  # each is shown before it is raised: an alert asks how it rises
        alarms.labels(service, alarm)


async def look(database: Database) -> None:
    """Read each figure by itself: one that can't be read keeps none from the others."""
    for figure in (look_at_mails, look_at_notices, look_at_others):
        with database.undone.thing("figures", figure.__name__):
            async with database.transaction() as tx:
                await figure(await tx.connection(), database.undone)


async def look_at_mails(connection: AsyncConnection, undone: Undone) -> None:
    oldest = await connection.scalar(OLDEST)
    oldest_due.labels(undone.service).set(max(0, oldest or 0))


async def look_at_notices(connection: AsyncConnection, undone: Undone) -> None:
    counts = dict.fromkeys(STATES, 0)
    counts |= {row.state: row.notices for row in await connection.execute(TO_SETTLE)}
    for state, count in counts.items():
        to_settle.labels(undone.service, state).set(count)


async def look_at_others(connection: AsyncConnection, undone: Undone) -> None:
    """Count what waits for another release, or to be told anew."""
    others = await connection.scalar(OF_ANOTHER_RELEASE, {"rules": [*RULES]})
    unreadable = await connection.scalar(UNREADABLE)
    undone.standing |= {"notices_of_another_release": others, "unreadable_addresses": unreadable}
