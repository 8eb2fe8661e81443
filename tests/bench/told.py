"""What all sides send: promises that were told through the real outbox, and their bytes."""

from dataclasses import dataclass

import asyncpg
from aiokafka import AIOKafkaProducer
from tests.bench.stages import TOPIC, Stage
from tests.shared.support.outbox_harness import Telling
from tests.shared.support.records import made

from shared.database import connect
from shared.edges.postgres import Door
from shared.messaging import outbox
from shared.messaging.causation import Cause, because
from shared.messaging.relay import wire

TIMES = 5  # events in a stream
AT_ONCE = 50  # streams that are told about in turn, before the next ones are
A_CAUSE = Cause("0198c5a2-bench", "0198c5a2-bench", "caseworker-1", "caseworker", "jobbpakten")
KEEP = "CREATE TABLE kept AS SELECT topic, key, version, headers, payload, position FROM outbox"
KEPT = "SELECT topic, key, version, headers, payload FROM kept ORDER BY position"


@dataclass(frozen=True)
class Message:
    """One record's bytes."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


async def keep(stage: Stage, events: int) -> str:
    """Tell so many events and keep the outbox's rows in a table; give the database's URL."""
    if events not in stage.kept:
        stage.kept[events] = await told(stage, events)
    return stage.kept[events]


async def told(stage: Stage, events: int) -> str:
    url = stage.plumbing()
    database = connect(stage.settings(Telling, url, ""))
    with because(A_CAUSE):
        for begin in range(0, events, 1_000):
            async with database.transaction() as tx:
                for number in range(begin, min(begin + 1_000, events)):
                    await outbox.tell(tx, made(stream_of(number)))
    await database.engine.dispose()
    connection = await Door(url).connect()
    await connection.execute(f"{KEEP}; TRUNCATE outbox")
    await connection.close()
    return url


def stream_of(number: int) -> int:
    """Say whom the event with this number is about: fifty have their five in turn, then others."""
    return number // (AT_ONCE * TIMES) * AT_ONCE + number % AT_ONCE


async def kept(url: str) -> list[Message]:
    connection = await Door(url).connect()
    rows = await connection.fetch(KEPT)
    await connection.close()
    return [message(row) for row in rows]


def message(row: asyncpg.Record) -> Message:
    return Message(row["key"].encode(), row["payload"], wire(row))


async def publish(stage: Stage, prefix: str, messages: list[Message]) -> None:
    """Put the messages on a topic, as fast as it goes."""
    producer = AIOKafkaProducer(**stage.admin, enable_idempotence=True)
    async with producer:
        for one in messages:
            await producer.send(prefix + TOPIC, one.value, key=one.key, headers=one.headers)
