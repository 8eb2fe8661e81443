"""The way past any pooler: looked at before anybody is served, never left open, never for ever."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from sqlalchemy import make_url
from tests.shared.edges.conftest import Town
from tests.shared.support.notes import Local, nothing_due
from tests.support.callers import client, settings
from tests.support.eventually import PATIENCE_S, eventually

from jobbpakten.cli import environment
from jobbpakten_local.parts.postgres import Postgres
from shared import service
from shared.database import connect, direct_door
from shared.edges.postgres import Door
from shared.http import thresholds
from shared.messaging.inbox import Hears


async def test_nobody_is_served_while_the_direct_way_is_amiss_and_it_is_said_once(
    database: Callable[[str], str], postgres: Postgres
) -> None:
    url, direct = database("membership"), database("membership")
    name = make_url(direct).database
    postgres.execute(f"ALTER DATABASE {name} RENAME TO {name}_away")
    about = settings(Local, url, database_direct_url=direct)
    app = service.assemble(about, hears=Hears(), due=[nothing_due])
    with structlog.testing.capture_logs() as logs:
        async with app.router.lifespan_context(app), client(app) as http:
            looks = set[Any]()

            async def says_so() -> None:
                for probe in ("startup", "ready"):
                    answer = await http.get(f"/health/{probe}")
                    assert answer.status_code == 503
                    assert "correct MEMBERSHIP_DATABASE_DIRECT_URL" in answer.text
                looks.add(app.state.database.door.said.get("database_direct_url"))
                looks.add(asyncio.get_running_loop().time() // 1)
                assert len(looks) > 3

            await eventually(says_so)
            assert (await http.get("/networks/jobbpakten")).status_code == 503
            assert (await http.get("/health/live")).status_code == 200
            assert [one["event"] for one in logs] == ["database_refuses"]
            postgres.execute(f"ALTER DATABASE {name}_away RENAME TO {name}")

            async def is_open() -> None:
                assert (await http.get("/health/ready")).status_code == 200

            await eventually(is_open)


async def test_who_may_not_ask_which_database_it_is_learns_what_to_grant(town: Town) -> None:
    asked = "EXECUTE ON FUNCTION pg_control_system()"
    town.server.by_socket.execute(f"REVOKE {asked} FROM PUBLIC", "town")
    about = connect(town.settings())
    gate = thresholds.Gate("membership", about, [])

    def says_so() -> None:
        assert "grant our user EXECUTE on" in gate.amiss

    with structlog.testing.capture_logs() as logs:
        waiting = asyncio.create_task(gate.wait())
        await eventually(says_so)
        town.server.by_socket.execute(f"GRANT {asked} TO PUBLIC", "town")
        await waiting
    await about.engine.dispose()
    assert [one["event"] for one in logs] == ["database_refuses", "schema_is_at_head"]


async def test_a_look_at_a_database_that_hangs_ends(
    database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(_: Door) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(thresholds, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(Door, "check", hangs)
    about = connect(settings(Local, database("membership")))
    gate = thresholds.Gate("membership", about, [])
    async with asyncio.timeout(PATIENCE_S):
        assert not await gate.is_open()
    assert "doesn't answer: TimeoutError" in gate.amiss


async def test_a_connection_that_is_of_no_use_is_not_left_open(
    database: Callable[[str], str], postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> None:
        raise RuntimeError

    door = direct_door(settings(Local, database("membership")), application_name="left")
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'left'"
    looking = await connect(settings(Local, postgres.url("postgres"))).direct.connect()
    with monkeypatch.context() as amiss:
        amiss.setattr(Door, "refuse", fails)
        with pytest.raises(RuntimeError):
            await door.connect()

    async def is_gone() -> None:
        assert await looking.fetchval(count) == 0

    await eventually(is_gone)
    good = await door.connect()
    assert await looking.fetchval(count) == 1
    await good.close()
    await looking.close()


def test_the_command_line_goes_the_same_way_as_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql+asyncpg://me@db/x"
    for more in ({}, {"database_direct_url": f"{url}_direct"}):
        for name, value in {"database_url": url, **more}.items():
            monkeypatch.setenv(f"MEMBERSHIP_{name.upper()}", value)
        ours, theirs = environment.database("membership"), direct_door(settings(Local, url, **more))
        for of in ("url", "address", "session", "direct"):
            assert getattr(ours, of) == getattr(theirs, of)
        assert "tcp_keepalives_idle" in ours.session
