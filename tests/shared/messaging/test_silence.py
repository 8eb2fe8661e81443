"""After days of silence the broker knows the relay no more: one round fails, no event is lost."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from aiokafka import AIOKafkaConsumer
from tests.shared.support.outbox_harness import Teller, Telling, ended, header, topic_of
from tests.support.callers import settings
from tests.support.eventually import PATIENCE_S, eventually

from jobbpakten_local.parts import kafka as kafkas
from jobbpakten_local.parts.kafka_access import ADMIN, Access, declare
from shared.database import connect
from shared.messaging.relay import Relay

# Seven days where nothing else is set.
FORGETFUL = {
    "transactional.id.expiration.ms": "1000",
    "transaction.remove.expired.transaction.cleanup.interval.ms": "500",
}
OF_TRANSACTIONS = "__transaction_state"


@pytest.fixture(scope="module")
def forgetful(run_folder: Path) -> Iterator[kafkas.Kafka]:
    with kafkas.started(run_folder / f"k{uuid4().hex[:4]}", FORGETFUL) as started:
        yield started


async def is_forgotten(access: Access, transactional_id: str) -> None:
    """Wait until the broker has buried the id: a record of it without a value."""
    reader = AIOKafkaConsumer(
        OF_TRANSACTIONS, **access.reached_by(ADMIN), auto_offset_reset="earliest"
    )
    await reader.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for record in reader:
                if record.value is None and record.key.endswith(transactional_id.encode()):
                    return
    finally:
        await reader.stop()


async def test_a_relay_that_was_forgotten_begins_anew_and_tells_everything(
    forgetful: kafkas.Kafka, database: Callable[[str], str]
) -> None:
    prefix = f"{uuid4().hex[:8]}."
    await declare(forgetful.access, prefix)
    mine = forgetful.access.fields_for(Telling.service)
    about = settings(Telling, database("shared"), kafka_topic_prefix=prefix, **mine)
    teller = Teller(about, connect(about), forgetful.access)
    with structlog.testing.capture_logs() as logs:
        relaying = asyncio.create_task(Relay(about, teller.database).run())
        await teller.tells(1, 2)
        await eventually(teller.is_empty)
        await is_forgotten(forgetful.access, f"{about.group}-relay")
        await teller.tells(1, 2)
        await eventually(teller.is_empty)
        await ended(relaying)

    numbers = [int(header(r, "ce_aggregateversion")) for r in await topic_of(teller, 4)]
    assert numbers == [1, 2, 3, 4]
    failed = [line["error"] for line in logs if line["event"] == "relay_interrupted"]
    assert len(failed) == 1
    await teller.database.engine.dispose()
