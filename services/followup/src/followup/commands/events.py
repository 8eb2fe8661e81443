"""Remember what is heard: all of it, before anything is made of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import text

from jobbpakten_events.matching import MatchAccepted, PlacePaused, PlaceResumed
from shared.database import Tx
from shared.messaging.inbox.records import Heard, legible

COLUMNS = (
    *("topic", "key", "version", "id", "type", "network"),
    *("occurred_on", "recorded_at", "headers", "payload"),
)

# They name a promise and move nothing of it: no need to wait for its row.
UNMOVED = (MatchAccepted, PlacePaused, PlaceResumed)

MEET = """
    INSERT INTO {} (id, network)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:networks AS text[])) ORDER BY 1
    ON CONFLICT DO NOTHING"""
LOCK = "SELECT FROM {} WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE"
Claimed = Literal["commitments", "members"]


async def take_in(tx: Tx, heard: Sequence[Heard]) -> None:
    """Put a batch into the event ledger, and claim the rows that its handlers will write."""
    await record(tx, heard)
    await claim(tx, "commitments", spoken_of(heard, "commitment_id"))
    await claim(tx, "members", spoken_of(heard, "membership_id"))


async def record(tx: Tx, heard: Sequence[Heard]) -> None:
    """Add everything new to the event ledger, with one COPY."""
    connection = await tx.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    # SQLAlchemy begins with its first statement: before that, a COPY would stand by itself.
    if not driver.is_in_transaction():
        await connection.execute(text("SELECT 1"))
    rows = map(row_of, heard)
    await driver.copy_records_to_table("events", columns=COLUMNS, records=rows)


def row_of(one: Heard) -> tuple[object, ...]:
    of, about = one.record, one.envelope
    stream = of.topic, about.subject, about.aggregateversion
    what = about.id, about.type, about.network, about.occurredat, about.time
    return stream + what + (headers(one), of.payload)


def headers(one: Heard) -> str:
    """Give all that the event says about itself, also what no reader knows yet."""
    try:
        found = to_json(one.headers)
    except PydanticSerializationError:
        found = to_json(legible(one.headers))
    # PostgreSQL: no text holds NUL, and a header that nobody reads must not stop its record.
    return found.decode().replace("\\u0000", "\\ufffd")


def spoken_of(heard: Sequence[Heard], name: str) -> Mapping[UUID, str]:
    """Give the ids under this name, each with its network."""
    telling = (one for one in heard if not isinstance(one.event, UNMOVED))
    found = ((getattr(one.event, name, None), one.envelope.network) for one in telling)
    return {of: network for of, network in found if of}


async def claim(tx: Tx, table: Claimed, spoken_of: Mapping[UUID, str]) -> None:
    """Lock a row for each id, made where this is the first we hear of it.

    All in one order: streams that meet in a row lie on several partitions, and two replicas would
    else wait for each other in a circle. FOR UPDATE locks no row that isn't there, so first a stub.
    """
    if spoken_of:
        connection, ids = await tx.connection(), sorted(spoken_of)
        stubs = {"ids": ids, "networks": [spoken_of[of] for of in ids]}
        await connection.execute(text(MEET.format(table)), stubs)
        await connection.execute(text(LOCK.format(table)), {"ids": ids})
