"""Certificates that are replaced under load: on both sides, by halves, and by another authority."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry
from tests.shared.edges.conftest import Town
from tests.shared.support.notes import ME, PLACE, nothing_due, router
from tests.support.callers import client
from tests.support.eventually import eventually

from jobbpakten_local.parts.certificates import Authority
from shared import service
from shared.messaging.inbox import Hears

CALLERS = 8


@pytest.fixture
async def app(town: Town) -> AsyncIterator[FastAPI]:
    town.server.by_socket.execute("CREATE TABLE notes (text text)", "town")
    town.server.by_socket.execute("GRANT ALL ON notes TO PUBLIC", "town")
    made = service.assemble(town.settings("certified"), router, hears=Hears(), due=[nothing_due])
    yield made
    await made.state.database.engine.dispose()
    town.server.by_socket.execute("DROP TABLE notes", "town")


async def test_no_call_fails_while_certificates_are_replaced(
    app: FastAPI, town: Town, record_property: Callable[[str, object], None]
) -> None:
    about, over = app.state.database.door.way, False
    certificate, key = about.database_certificate_file, about.database_key_file
    answers, opened = Counter[int](), Counter[str]()

    @event.listens_for(app.state.database.engine.sync_engine, "connect")
    def connected(*_: object) -> None:
        opened["now"] += 1

    async def call() -> None:
        while not over:
            answers[(await http.post(PLACE, json={"text": "x"}, headers=ME)).status_code] += 1

    @event.listens_for(app.state.database.engine.sync_engine, "checkin")
    def used(_: object, record: ConnectionPoolEntry) -> None:
        record.invalidate(soft=True)  # each call connects

    async def all_come_anew() -> None:
        several = opened["now"] + 2 * CALLERS

        def have_come() -> None:
            assert opened["now"] >= several

        await eventually(have_come)

    async with client(app) as http, asyncio.TaskGroup() as calling:
        for _ in range(CALLERS):
            calling.create_task(call())
        for _ in range(3):
            next_one, pair = Authority("the next"), town.ours.sign("certified")
            put(about.database_ca_file, town.ours.pem + next_one.pem)
            await all_come_anew()
            town.server.show(next_one.sign("db"))
            put(certificate, pair.certificate)
            await all_come_anew()  # with half a pair
            put(key, pair.key)
            await all_come_anew()
            town.server.show(town.ours.sign("db"))
            await all_come_anew()
        over = True
    put(about.database_ca_file, town.ours.pem)
    record_property("rotation", f"{dict(answers)}, {opened['now']} connections")
    assert set(answers) == {201}


def put(file: str, held: bytes) -> None:
    Path(file).write_bytes(held)
