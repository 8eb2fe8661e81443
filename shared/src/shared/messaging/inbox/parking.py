"""Parked records: waiting for another record, or for a person who retries, skips or accepts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.machines import NotAllowed, NotFound
from shared.messaging.inbox.records import Heard, One, Record, dump_headers, load_headers
from shared.messaging.inbox.streams import (
    ANOTHER_EPOCH,
    BESIDE,
    FURTHEST,
    Stream,
    StreamPosition,
    lock,
    remember,
)
from shared.messaging.kafka import TOPICS

WAITING = "('gap', 'behind')"
MOST_AT_ONCE = 500

LEAVE = text("""DELETE FROM parked WHERE id = ANY(CAST(:ids AS bigint[]))
    RETURNING id, parked_at""")
PARK = text("""
    INSERT INTO parked (id, topic, partition, "offset", record_key, key, version, reason, detail,
                        headers, payload, epoch, parked_at)
    OVERRIDING SYSTEM VALUE
    VALUES (coalesce(CAST(:id AS bigint), nextval(pg_get_serial_sequence('parked', 'id'))),
            :topic, :partition, :offset, :record_key, :key, :version, :reason, :detail,
            :headers, :payload, :epoch, coalesce(:parked_at, clock_timestamp()))
    ON CONFLICT DO NOTHING""")
# Two epochs told one number: the other lies beside it, without its number, but of its aggregate.
TAKEN = text("""SELECT bool_or(version = :version AND epoch IS DISTINCT FROM :epoch) AS beside,
        coalesce(bool_or(version IS NULL AND (partition, "offset") = (:partition, :offset)), false)
        AS lies_here
    FROM parked WHERE (topic, key) = (:topic, :key)""")
OPEN_NEXT = text(f"""UPDATE parked SET retry_at = now()
    WHERE (topic, key) = (:topic, :key) AND reason IN {WAITING} AND version =
          (SELECT min(version) FROM parked WHERE (topic, key) = (:topic, :key))""")  # noqa: S608
# By chance: streams that fail each time would else stand before the others for ever.
DUE = text("""SELECT topic, key FROM parked WHERE retry_at <= now()
    GROUP BY topic, key ORDER BY random() LIMIT 100""")
# Those whose time has come before those that wait behind them: else these would fill each round.
DUE_ROWS = text(f"""SELECT * FROM (
        SELECT * FROM parked WHERE topic = :topic AND key IS NOT DISTINCT FROM :key
        AND (retry_at <= now() OR (key IS NOT NULL AND reason IN {WAITING}))
        ORDER BY coalesce(retry_at <= now(), false) DESC, version, id LIMIT {MOST_AT_ONCE}) AS these
    ORDER BY version, id""")  # noqa: S608
ONE = text("SELECT * FROM parked WHERE id = :id")
RETRY = text("UPDATE parked SET retry_at = now() WHERE id = :id RETURNING id")
SETTLE = text("""
    INSERT INTO settlements (act, topic, partition, "offset", key, version, actor, ground)
    VALUES (:act, :topic, :partition, :offset, :key, :version, :actor, :ground)""")


async def leave(tx: AsyncSession, ids: Sequence[int]) -> dict[int, datetime]:
    """Take rows out of the car park: they were handled, seen, or are parked anew.

    Gives those that were still there with their days of arrival: somebody may have been quicker.
    """
    if not ids:
        return {}
    rows = await (await tx.connection()).execute(LEAVE, {"ids": list(ids)})
    return {row.id: row.parked_at for row in rows}


async def park(
    tx: AsyncSession, parked: Iterable[tuple[One, str]], left: Mapping[int, datetime] | None = None
) -> None:
    """Store records with the reason why they wait; one that waits already stays as it is."""
    before = left or {}
    rows = [
        row_of(one, reason) | {"parked_at": before.get(one.record.parked or 0)}
        for one, reason in parked
        if one.record.parked is None or one.record.parked in before
    ]
    connection = await tx.connection()
    if any(row["reason"] == ANOTHER_EPOCH for row in rows):
        for row in rows:
            await park_one(connection, row)
    elif rows:
        await connection.execute(PARK, rows)


async def park_one(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Store a record, beside the one that waits under its number where another epoch told that."""
    taken = (await connection.execute(TAKEN, row)).one()
    if not taken.lies_here:
        beside = taken.beside and row["reason"] == ANOTHER_EPOCH
        await connection.execute(PARK, row | ({"version": None} if beside else {}))


def row_of(one: One, reason: str) -> dict[str, Any]:
    record = one.record
    stream = (one.key, one.version) if isinstance(one, Heard) else (None, None)
    if reason in BESIDE:
        stream = (None, None)
    return {
        "id": record.parked,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "record_key": record.key,
        "key": stream[0],
        "version": stream[1],
        "reason": reason,
        "detail": one.detail[:1000],
        "headers": dump_headers(record.headers),
        "payload": record.payload,
        "epoch": one.envelope.epoch if isinstance(one, Heard) else None,
    }


async def note_beginning(tx: AsyncSession, stream: Stream, number: int, service: str) -> None:
    """Write down that a stream began late here: reconciliation judges by its age if one is lost."""
    about = {"topic": stream[0], "partition": None, "offset": None, "key": stream[1]}
    await record_decision(
        tx, "began_late", about | {"version": number}, service, "none before it came"
    )


async def open_next(
    tx: AsyncSession, stream: Stream, place: StreamPosition, *, compacted: bool
) -> None:
    """Let the one behind in, if it only waited for the number that has now been reached."""
    if place.parked and (compacted or min(place.parked) == place.version + 1):
        about = {"topic": stream[0], "key": stream[1]}
        await (await tx.connection()).execute(OPEN_NEXT, about)


async def due_streams(tx: AsyncSession) -> list[tuple[str, str | None]]:
    """Streams (or, without a key, topics) with a record that is to be tried again."""
    return [(row.topic, row.key) for row in await (await tx.connection()).execute(DUE)]


async def due_records(tx: AsyncSession, topic: str, key: str | None) -> list[Record]:
    """Parked records of a stream, in number order, that may be tried now."""
    rows = await (await tx.connection()).execute(DUE_ROWS, {"topic": topic, "key": key})
    return [record_of(row) for row in rows]


def record_of(row: Row[Any]) -> Record:
    return Record(
        row.topic,
        row.partition,
        row.offset,
        row.record_key,
        load_headers(row.headers),
        row.payload,
        row.id,
    )


async def parked_row(tx: AsyncSession, parked: int) -> Row[Any]:
    """One parked record; NotFound."""
    row = (await (await tx.connection()).execute(ONE, {"id": parked})).one_or_none()
    if row is None:
        raise NotFound
    return row


async def retry(tx: AsyncSession, parked: int) -> None:
    """Ask the service to try a record again; it does so within a second or two."""
    await locked_row(tx, parked)
    await (await tx.connection()).execute(RETRY, {"id": parked})


async def skip(tx: AsyncSession, parked: int, actor: str, ground: str) -> None:
    """Pass over a record for good, and let those behind it in."""
    row, place = await locked_row(tx, parked)
    if place and row.reason == ANOTHER_EPOCH:
        await let_in(tx, (row.topic, row.key), place, row)
    elif place:
        if row.version != min(place.parked):
            raise NotAllowed("not_first", f"Number {min(place.parked)} of this stream waits first.")
        if row.version != place.version + 1:
            raise NotAllowed("gap_before", "Numbers are missing before it: accept the gap first.")
        place.version, place.id = row.version, None
        await let_in(tx, (row.topic, row.key), place, row)
    await leave(tx, [parked])
    if place:
        place.parked.pop(row.version, None)
        compacted = TOPICS[row.topic].compacted
        await open_next(tx, (row.topic, row.key), place, compacted=compacted)
    about = {name: getattr(row, name) for name in ("topic", "partition", "offset", "key")}
    await record_decision(tx, "skip", about | {"version": row.version}, actor, ground)


async def accept_gap(tx: AsyncSession, topic: str, key: str, actor: str, ground: str) -> int:
    """Accept that numbers are lost for good: go on with the first parked one. Gives its number."""
    stream = (topic, key)
    place = (await lock(tx, {stream}))[stream]
    if not place.parked or min(place.parked) == place.version + 1:
        raise NotAllowed("no_gap", "No number is missing in this stream.")
    if place.barred:
        raise NotAllowed(ANOTHER_EPOCH, "Its teller was restored: accept or skip that first.")
    first = min(place.parked)
    if first - place.version > FURTHEST:  # parked by a release that let it into its stream
        raise NotAllowed("jump", f"{first} is no number of this stream: retry it, then skip it.")
    await move_to(tx, stream, place, first - 1)
    await open_next(tx, stream, place, compacted=False)
    about = {"topic": topic, "partition": None, "offset": None, "key": key, "version": first}
    await record_decision(tx, "accept_gap", about, actor, ground)
    return first


async def let_in(tx: AsyncSession, stream: Stream, place: StreamPosition, row: Row[Any]) -> None:
    """Count the epoch of a record as heard, unless more of it waits: it isn't parked again."""
    others = {n for n, epoch in place.parked.items() if epoch == row.epoch} - {row.version}
    if not any(number <= place.version for number in others):
        place.former = tuple(sorted({*place.former, row.epoch or ""} - {"", place.epoch}))
    await remember(tx, [(stream, place)])


async def locked_row(tx: AsyncSession, parked: int) -> tuple[Row[Any], StreamPosition | None]:
    """Lock the stream of a parked record, then read it: nobody parks behind an opened door."""
    row = await parked_row(tx, parked)
    if row.key is None:
        return row, None
    places = await lock(tx, {(row.topic, row.key)})
    return await parked_row(tx, parked), places[row.topic, row.key]


async def move_to(tx: AsyncSession, stream: Stream, place: StreamPosition, version: int) -> None:
    place.version, place.id = version, None
    await remember(tx, [(stream, place)])


async def record_decision(
    tx: AsyncSession, act: str, about: Mapping[str, Any], actor: str, ground: str
) -> None:
    """Write down what a person decided, and why."""
    decided = {"act": act, "actor": actor, "ground": ground}
    await (await tx.connection()).execute(SETTLE, {**about, **decided})
