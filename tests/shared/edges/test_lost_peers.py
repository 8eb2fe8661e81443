"""A database that is silently gone: nothing comes back, and no system says that it went."""

import asyncio
import socket
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import uvloop
from sqlalchemy import make_url, text
from tests.shared.edges.conftest import Town
from tests.shared.support.notes import ME, PLACE, Local, nothing_due, router
from tests.support.callers import client, settings
from tests.support.eventually import eventually
from tests.support.lost import line_to

from jobbpakten_local.parts.postgres import Postgres
from shared import service
from shared.database import connect
from shared.edges.postgres import SOCKET_OPTIONS
from shared.messaging.inbox import Hears
from shared.settings import DRIVER

CALLERS = 30  # more than the pool has connections
LIMIT_S = 30


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops what arrives at one socket")
async def test_calls_are_answered_503_within_30_seconds_and_go_on_when_it_is_back(
    postgres: Postgres,
    database: Callable[[str], str],
    record_property: Callable[[str, object], None],
) -> None:
    url = make_url(database("membership"))
    postgres.execute("CREATE TABLE notes (text text)", url.database)
    at = f".s.PGSQL.{url.query['port']}"
    async with line_to(Path(str(url.query["host"])) / at) as line:
        address = f"{DRIVER}://postgres@127.0.0.1:{line.port}/{url.database}"
        app = service.assemble(settings(Local, address), router, hears=Hears(), due=[nothing_due])
        answers: list[tuple[float, float, int]] = []  # when it ended, how long it took, and how
        lost_at, over = float("inf"), False

        async def call() -> None:
            while not over:
                begun = time.monotonic()
                answer = await http.post(PLACE, json={"text": "x"}, headers=ME)
                answers.append((time.monotonic(), time.monotonic() - begun, answer.status_code))
                await asyncio.sleep(0.05)

        def after(moment: float) -> Counter[int]:
            return Counter(status for ended, _, status in answers if ended > moment)

        def said(moment: float, status: int, several: int) -> None:
            assert after(moment)[status] >= several, after(moment)

        async with client(app) as http:
            calling = [asyncio.create_task(call()) for _ in range(CALLERS)]
            await eventually(lambda: said(0, 201, 3 * CALLERS))
            line.lose()
            lost_at = time.monotonic()
            await eventually(lambda: said(lost_at, 503, CALLERS))
            line.find()
            await eventually(lambda: said(time.monotonic() - 1, 201, CALLERS))
            over = True
            await asyncio.gather(*calling)
        await app.state.database.engine.dispose()
    slowest = max(took for ended, took, _ in answers)
    record_property("lost peer", f"slowest call {slowest:.1f} s, {dict(after(0))}")
    assert slowest < LIMIT_S
    assert set(after(0)) == {201, 503}


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_the_system_is_asked_to_notice_on_both_loops_and_with_both_drivers(
    a_town: Town, run: Callable[[Awaitable[Any]], Any]
) -> None:
    async def asked() -> list[dict[str, int]]:
        database = connect(a_town.settings())
        direct = await database.direct.connect()
        async with database.engine.connect() as pooled:
            await pooled.execute(text("SELECT 1"))
            raw = (await pooled.get_raw_connection()).driver_connection
            found = [options(one) for one in (direct, raw)]
        await database.engine.dispose()
        await direct.close()
        return found

    for found in run(asked()):
        assert found.pop("SO_KEEPALIVE") == 1
        assert found == {name: SOCKET_OPTIONS[name] for name in found}
        assert found


def options(connection: Any) -> dict[str, int]:
    line = connection._transport.get_extra_info("socket")
    found = {"SO_KEEPALIVE": line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)}
    for name in SOCKET_OPTIONS:
        with suppress(AttributeError):  # not every system has all of them
            found[name] = line.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
    return found
