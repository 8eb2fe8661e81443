"""Who comes in: under the prefix, on the callers' port, once the schema is what it must be."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from starlette.types import Receive, Scope, Send
from tests.shared.support.notes import ME, PLACE, Local, nothing_due, router
from tests.support.callers import client, settings
from tests.support.eventually import PATIENCE_S, eventually
from tests.support.services import MADE, app_of, new_app_of

from shared import service
from shared.database import Database, head_of
from shared.http.connections import SERVER
from shared.http.servers import Server
from shared.messaging.inbox import Hears

UNDER = "/one-host/membership"


@asynccontextmanager
async def noting(url: str, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Run the service of notes, as the callers' port has it."""
    app = service.assemble(settings(Local, url, **more), router, hears=Hears(), due=[nothing_due])
    async with app.state.database.transaction() as tx:
        await (await tx.connection()).execute(text("CREATE TABLE IF NOT EXISTS notes (text text)"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://a", headers=ME) as http:
        yield http
    await app.state.database.engine.dispose()


async def test_all_of_a_service_stands_under_its_prefix_and_nothing_beside_it(
    database: Callable[[str], str],
) -> None:
    async with noting(database("membership"), path_prefix=UNDER) as http:
        unknown = await http.get(f"{UNDER}/nowhere")
        for path in (PLACE, "/docs", "/openapi.json", "/docs/start.js"):
            assert (await http.get(f"{UNDER}{path}")).status_code == 200
            for outside in (path, f"{UNDER}x{path}", f"/another{UNDER}{path}", UNDER, "/", "//"):
                for method in ("GET", "POST", "OPTIONS"):
                    answer = await http.request(method, outside)
                    assert (outside, answer.status_code) == (outside, 404)
                    assert answer.json() == unknown.json()
        odd = await http.options(f"{UNDER}{PLACE}")
        described = (await http.get(f"{UNDER}/openapi.json")).json()
        unfit = await http.post(f"{UNDER}{PLACE}", json={"text": "unfit"})

    assert (odd.status_code, odd.headers["allow"]) == (405, "GET, HEAD, POST")
    assert described["servers"] == [{"url": UNDER}]
    assert "/networks/{network}/notes" in described["paths"]
    assert unfit.json()["errors"][0]["pointer"] == "/count"


async def test_a_call_that_comes_again_is_known_under_another_prefix(
    database: Callable[[str], str],
) -> None:
    url, key = database("membership"), {"Idempotency-Key": "k"}
    async with noting(url) as http:
        first = await http.post(PLACE, json={"text": "x"}, headers=key)
    async with noting(url, path_prefix=UNDER) as http:
        again = await http.post(f"{UNDER}{PLACE}", json={"text": "x"}, headers=key)

    assert (
        (again.status_code, again.json())
        == (first.status_code, first.json())
        == (201, again.json())
    )
    assert again.json()["notes"] == 1


@pytest.mark.parametrize("name", MADE)
async def test_the_callers_port_answers_nothing_that_is_the_operators(
    database: Callable[[str], str], name: str
) -> None:
    app = app_of(name, database(name))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://a") as http:
        found = [
            (await http.request(method, path)).status_code
            for path in ("/health/live", "/health/ready", "/health/startup", "/metrics")
            for method in ("GET", "HEAD", "OPTIONS")
        ]
        found += [
            (await http.put("/clock")).status_code,
            (await http.post("/clock/due")).status_code,
        ]
        described = (await http.get("/openapi.json")).json()["paths"]
    transport = httpx.ASGITransport(app.state.probes)
    async with httpx.AsyncClient(transport=transport, base_url="http://a") as http:
        others = [(await http.get(path)).status_code for path in ("/openapi.json", "/docs", PLACE)]
    await app.state.database.engine.dispose()

    assert set(found) == set(others) == {404}
    assert not [path for path in described if path.startswith(("/health", "/metrics", "/clock"))]


async def at(database: Database, version: str) -> None:
    sql = text("UPDATE alembic_version SET version_num = :version")
    async with database.transaction() as tx:
        await (await tx.connection()).execute(sql, {"version": version})


async def answers(app: FastAPI, *paths: str) -> list[int]:
    async with client(app) as http:
        return [(await http.get(path)).status_code for path in paths]


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("later", [0, 1])
async def test_before_the_migration_nobody_is_served_and_nothing_is_restarted(
    database: Callable[[str], str], name: str, later: int
) -> None:
    app, head = new_app_of(name, database(name)), head_of(name)
    of_callers = (f"/networks/jobbpakten{path}" for path in ("", "/members", "/candidates"))
    paths = [*of_callers, "/docs", "/openapi.json", "/nowhere", "/clock"]
    probes = ["/health/startup", "/health/ready"]
    await at(app.state.database, "0001")
    async with app.router.lifespan_context(app):
        assert {*await answers(app, *paths, *probes)} == {503}
        async with client(app) as http:
            refused = await http.get("/openapi.json")
            said = await http.get("/health/ready")
        assert (refused.headers["retry-after"], refused.json()["code"]) == ("5", "unavailable")
        assert said.text == "Waiting for the schema."
        assert await answers(app, "/health/live", "/metrics") == [200, 200]

        await at(app.state.database, f"{int(head) + later:04}")

        async def is_open() -> None:
            assert await answers(app, *probes, "/health/live", "/openapi.json") == [200] * 4

        await eventually(is_open)


async def test_probes_that_can_t_be_served_end_the_start_and_are_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Server(app_of("followup"), "127.0.0.1", 0, 0)

    def amiss() -> None:
        raise LookupError

    monkeypatch.setattr(server.probes.config, "load", amiss)
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(LookupError):
            await server.startup()


async def test_nobody_is_believed_where_a_caller_comes_from() -> None:
    seen: list[tuple[object, object]] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        seen.append((scope["client"], scope["scheme"]))

    config = uvicorn.Config(app, **SERVER)
    config.load()
    forged = [(b"x-forwarded-for", b"192.0.2.1"), (b"x-forwarded-proto", b"https")]
    scope = {"type": "http", "client": ("127.0.0.1", 7), "scheme": "http", "headers": forged}
    await config.loaded_app(scope, None, None)

    assert seen == [(("127.0.0.1", 7), "http")]
