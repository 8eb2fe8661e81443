"""Something that waits in a service's car park, as it does when its teller was restored."""

from sqlalchemy import text

from shared.database import Database

PARK = text("""INSERT INTO parked
    (topic, partition, "offset", key, version, reason, headers, payload, epoch)
    VALUES (:topic, 0, 0, :key, 1, 'another_epoch', '[]', '{}', 'e')""")


async def park(database: Database, topic: str, key: object) -> None:
    """Let a record of a stream wait for a person."""
    async with database.transaction() as tx:
        await (await tx.connection()).execute(PARK, {"topic": topic, "key": str(key)})


async def settle(database: Database) -> None:
    """Let nothing wait any more."""
    async with database.transaction() as tx:
        await (await tx.connection()).execute(text("DELETE FROM parked"))
