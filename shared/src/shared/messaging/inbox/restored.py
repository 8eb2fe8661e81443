"""What a restored teller leaves with its listeners: streams that wait, and the one decision."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, column, select, table, text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.messaging.causation import TOLD_ANEW
from shared.messaging.inbox import parking
from shared.messaging.inbox.records import load_headers
from shared.messaging.inbox.streams import Stream, lock
from shared.messaging.kafka import TOPICS

OF_EPOCH = text("""SELECT id, topic, partition, "offset", key, version, epoch FROM parked
    WHERE reason = 'another_epoch' AND epoch = :epoch ORDER BY topic, key, version""")
BEHIND = text("""SELECT topic, key, partition, "offset", headers FROM parked
    WHERE reason <> 'another_epoch' AND (topic, key) IN
        (SELECT topic, key FROM parked WHERE reason = 'another_epoch' AND epoch = :epoch)""")
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

    Only where `restore` told its state behind it: gives those streams, and those where not.
    """
    connection = await tx.connection()
    streams = by_stream(await connection.execute(OF_EPOCH, {"epoch": epoch}))
    behind = by_stream(await connection.execute(BEHIND, {"epoch": epoch}))
    done = [one for one, rows in streams.items() if is_told_anew(rows, behind.get(one, []))]
    places = await lock(tx, done)
    locked = by_stream(await connection.execute(OF_EPOCH, {"epoch": epoch}))
    for stream, place in places.items():
        rows = locked.get(stream, [])
        if not is_told_anew(rows, behind[stream]):
            continue
        await parking.leave(tx, [row.id for row in rows])
        for row in rows:
            place.parked.pop(row.version, None)
            await parking.record_decision(tx, "accept_epoch", row._asdict(), actor, ground)
            await parking.let_in(tx, stream, place, row)
        await parking.open_next(tx, stream, place, compacted=TOPICS[stream[0]].compacted)
    return done, [stream for stream in streams if stream not in places]


def by_stream(rows: Iterable[Row[Any]]) -> dict[Stream, list[Row[Any]]]:
    found: dict[Stream, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault((row.topic, row.key), []).append(row)
    return found


def is_told_anew(rows: Iterable[Row[Any]], behind: Iterable[Row[Any]]) -> bool:
    """Tell whether a restore told the state of a stream once more, after all of these rows."""
    last = max(((row.partition, row.offset) for row in rows), default=(0, 0))
    return any(
        row.partition == last[0] and row.offset > last[1] and is_of_a_restore(row) for row in behind
    )


def is_of_a_restore(row: Row[Any]) -> bool:
    cause = dict(load_headers(row.headers)).get("ce_causationid")
    return cause is not None and cause.startswith(TOLD_ANEW.encode())
