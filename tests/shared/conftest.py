"""Fixtures for the tests of shared."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from tests.shared.support.inbox_harness import Ear
from tests.shared.support.notes import ME, Local, nothing_due, router
from tests.shared.support.outbox_harness import Teller, Telling, ended
from tests.support.callers import client, settings

from jobbpakten_local.parts.kafka import Kafka
from jobbpakten_local.parts.kafka_access import declare
from shared import service
from shared.database import connect
from shared.messaging.inbox import Hears
from shared.messaging.relay import Relay


@pytest.fixture
async def ear(database: Callable[[str], str]) -> AsyncIterator[Ear]:
    listening = Ear(database("shared"))
    await listening.prepare()
    yield listening
    await listening.database.engine.dispose()


@pytest.fixture
async def teller(database: Callable[[str], str], kafka: Kafka) -> AsyncIterator[Teller]:
    prefix = f"{uuid4().hex[:8]}."
    await declare(kafka.access, prefix)
    mine = kafka.access.fields_for(Telling.service)
    about = settings(Telling, database("shared"), kafka_topic_prefix=prefix, **mine)
    telling = Teller(about, connect(about), kafka.access)
    yield telling
    await telling.database.engine.dispose()


@pytest.fixture
async def relay(teller: Teller) -> AsyncIterator[Relay]:
    relaying = Relay(teller.settings, teller.database)
    task = asyncio.create_task(relaying.run())
    yield relaying
    await ended(task)


@pytest.fixture
async def http(database: Callable[[str], str]) -> AsyncIterator[httpx.AsyncClient]:
    app = service.assemble(
        settings(Local, database("membership")), router, hears=Hears(), due=[nothing_due]
    )
    async with app.state.database.transaction() as tx:
        connection = await tx.connection()
        await connection.execute(text("CREATE TABLE notes (text text)"))
        await connection.execute(
            text("CREATE TABLE late (id int, UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)")
        )
    async with client(app) as calling:
        calling.headers.update(ME)
        yield calling
    await app.state.database.engine.dispose()
