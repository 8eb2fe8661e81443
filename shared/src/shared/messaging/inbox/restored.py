"""What a restored teller leaves with its listeners: streams that wait, and the one decision."""

from sqlalchemy import Select, column, select, table, text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.messaging.inbox import parking
from shared.messaging.inbox.streams import Stream, lock
from shared.messaging.kafka import TOPICS

OF_EPOCH = text("""SELECT id, topic, partition, "offset", key, version FROM parked
    WHERE reason = 'another_epoch' AND epoch = :epoch ORDER BY topic, key, version""")
BARRED_BY = text("""
    SELECT topic, key, bool_or(reason <> 'another_epoch' AND epoch <> :epoch) AS told_anew
    FROM parked WHERE (topic, key) IN
        (SELECT topic, key FROM parked WHERE reason = 'another_epoch' AND epoch = :epoch)
    GROUP BY topic, key ORDER BY topic, key""")
LEFT = table("parked", column("topic"), column("key"))


def parked_keys(topic: str) -> Select[tuple[str]]:
    """Select the aggregates of a topic of which something waits: what they are now isn't known."""
    here = select(LEFT.c.key).where(LEFT.c.topic == topic, LEFT.c.key.is_not(None))
    return here.correlate(None)


async def is_parked(tx: AsyncSession, topic: str, key: object) -> bool:
    """Tell whether something of an aggregate waits."""
    one = parked_keys(topic).where(LEFT.c.key == str(key)).limit(1)
    return (await (await tx.connection()).scalar(one)) is not None


async def accept_epoch(
    tx: AsyncSession, epoch: str, actor: str, ground: str
) -> tuple[list[Stream], list[Stream]]:
    """Pass over what a restored teller told anew under old numbers, in all streams at once.

    Only where its state was told once more behind it: gives those streams, and those where not.
    """
    connection = await tx.connection()
    barred = {
        (row.topic, row.key): row.told_anew
        for row in await connection.execute(BARRED_BY, {"epoch": epoch})
    }
    done = [stream for stream, told_anew in barred.items() if told_anew]
    places = await lock(tx, done)
    rows = (await connection.execute(OF_EPOCH, {"epoch": epoch})).all()
    rows = [row for row in rows if (row.topic, row.key) in places]
    await parking.leave(tx, [row.id for row in rows])
    for row in rows:
        places[row.topic, row.key].parked.pop(row.version)
        await parking.record_decision(tx, "accept_epoch", row._asdict(), actor, ground)
    for stream, place in places.items():
        await parking.let_in(tx, stream, place, epoch)
        await parking.open_next(tx, stream, place, compacted=TOPICS[stream[0]].compacted)
    return done, [stream for stream in barred if stream not in places]
