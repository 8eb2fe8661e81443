"""No connection holds a service still: a real process, and callers who know how to ask too much."""

import asyncio
import json
import os
import resource
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from tests.support.callers import PUBLIC_KEY, bearer
from tests.support.eventually import PATIENCE_S, eventually

from jobbpakten.keys import Keys
from jobbpakten_local.parts.postgres import Postgres
from jobbpakten_local.parts.processes import owned, until_ready
from jobbpakten_local.parts.services import Service
from shared.http import connections

MEGABYTE = b"y" * 1_000_000
CANDIDATES = "/networks/jobbpakten/candidates"
GET = b"GET /docs HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /networks/jobbpakten/candidates HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
OF_KAFKA = ("kafka", "unable connect")  # there is none, and its client says so
PACE_S = 0.5  # of whoever sends slowly
OTHERS = 2_000
IDLE_S = 6  # longer than uvicorn would keep a connection by itself

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(scope="module")
def matching(
    postgres: Postgres, template: Callable[[str], str], run_folder: Path
) -> Iterator[Service]:
    name = "connections"
    url = postgres.create_database(name, template("matching"))
    settings = {
        "DATABASE_URL": url,
        "KAFKA_SERVERS": "127.0.0.1:1",
        "TOKEN_PUBLIC_KEY": PUBLIC_KEY,
        "MUNICIPALITY": "0380",
        "ENVIRONMENT": "test",
        "LOG_LEVEL": "debug",
    }
    env = os.environ | {f"MATCHING_{name}": value for name, value in settings.items()}
    with owned(run_folder / "connections") as ours:
        ours.folder.mkdir()
        service = Service("matching", ours, env | Keys().settings)
        service.start()
        assert service.process
        until_ready(service.process, lambda: answers(service), service.log, PATIENCE_S)
        yield service
    postgres.drop_database(name)


def answers(service: Service) -> bool:
    try:
        return httpx.get(f"{service.probes}/health/startup").status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module", autouse=True)
def files_enough() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], OTHERS + 1_000), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@asynccontextmanager
async def connected(service: Service) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Read until the service closes; b"" where the connection is reset."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def others_are_answered(service: Service) -> None:
    """Call as a probe and as a caseworker do, on connections of their own."""
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        for url, headers in (
            (f"{service.probes}/health/live", {}),
            (f"{service.probes}/health/ready", {}),
            (f"{service.url}{CANDIDATES}", bearer("matching", "caseworker", unit="city")),
        ):
            answer = await http.get(url, headers=headers)
            assert answer.status_code == 200, (url, answer.text)


LARGE = {
    "a header": (GET + b"X: ", MEGABYTE, b"431"),
    "a header's name": (GET, MEGABYTE, b"431"),
    "headers": (GET, b"a: b\r\n" * 100_000, b"431"),
    "one header again and again": (GET, b"Authorization: Bearer x\r\n" * 40_000, b"431"),
    "the line": (b"GET /", MEGABYTE, b"431"),
    "the query": (b"GET /docs?", MEGABYTE, b"431"),
    "the method": (b"", b"G" * 1_000_000, b"400"),
    "empty lines": (b"", b"\r\n" * 500_000, b"431"),
    "trailers": (CHUNKED + b"0\r\n", b"a: b\r\n" * 100_000, b""),
    "a chunk's extension": (CHUNKED + b"1;", MEGABYTE, b""),
    "chunks of a byte": (CHUNKED, b"1\r\ny\r\n" * 200_000, b""),
    "calls at once": (b"", (GET + b"\r\n") * 20_000, b""),
    "a body": (POST + b"Content-Length: 100000000\r\n\r\n", MEGABYTE, b"4"),
}


@pytest.mark.parametrize("what", LARGE)
async def test_whoever_sends_too_much_is_cut_off_and_nobody_else_waits(
    matching: Service, what: str
) -> None:
    first, more, status = LARGE[what]

    async def flood(writer: asyncio.StreamWriter) -> int:
        writer.write(first)
        for sent in range(100):
            try:
                writer.write(more)
                await writer.drain()
            except ConnectionError:
                return sent
        return 100

    assert matching.process
    busy = matching.process.cpu_times().user
    async with connected(matching) as (reader, writer):
        flooding = asyncio.create_task(flood(writer))
        await others_are_answered(matching)
        said = await asyncio.wait_for(rest(reader), PATIENCE_S)
        sent = await asyncio.wait_for(flooding, PATIENCE_S)

    assert matching.process.cpu_times().user - busy < 3
    if said:
        assert said.split(b" ")[1].startswith(status), said[:80]
    assert sent < 100 or what == "a body"


async def test_whoever_sends_nothing_or_too_slowly_is_cut_off(matching: Service) -> None:
    async def until_closed(first: bytes, then: bytes) -> None:
        async with connected(matching) as (reader, writer):
            writer.write(first)
            reading = asyncio.create_task(rest(reader))
            while not reading.done():
                if not writer.is_closing():
                    writer.write(then)
                await asyncio.wait([reading], timeout=PACE_S)

    told = GET + b"\r\n"
    slow = [
        *((b"", b""), (GET, b"a"), (b"", b"\r\n"), (b"GET /", b"a"), (GET + b"x: ", b"y")),
        *((told, GET[:1]), (told, b"\r\n")),
    ]
    waits = [asyncio.create_task(until_closed(*one)) for one in slow]
    await others_are_answered(matching)
    await asyncio.wait_for(asyncio.gather(*waits), PATIENCE_S)


async def test_a_connection_is_used_again_after_a_while(matching: Service) -> None:
    async with connected(matching) as (reader, writer):
        for pause_s in (IDLE_S, 0):
            writer.write(GET + b"\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 "), head
            await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
            await asyncio.sleep(pause_s)


async def test_of_very_many_connections_those_that_wait_longest_go(matching: Service) -> None:
    opened = [await asyncio.open_connection("127.0.0.1", matching.port) for _ in range(OTHERS)]
    try:
        for _, writer in opened[::2]:
            writer.write(GET)
        await others_are_answered(matching)
        assert matching.process
        assert len(matching.process.net_connections("tcp")) < connections.MOST_CONNECTIONS + 100
        await others_are_answered(matching)
    finally:
        for _, writer in opened:
            writer.transport.abort()
        await asyncio.gather(*(w.wait_closed() for _, w in opened), return_exceptions=True)


async def test_whoever_doesnt_read_keeps_nobody_waiting(matching: Service) -> None:
    call = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
    async with connected(matching) as (_, writer):
        for _ in range(200):
            writer.write(call)
        await others_are_answered(matching)
    assert matching.process
    assert matching.process.memory_info().rss < 600_000_000


IMPORT = b"POST /networks/jobbpakten/candidates/import?dry_run=false HTTP/1.1\r\nHost: a\r\n"
REGISTER = b"POST /networks/jobbpakten/candidates HTTP/1.1\r\nHost: a\r\n"
ROW = b"identity_number,name,language\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        IMPORT + b"Content-Length: 5000\r\n\r\n" + ROW,
        IMPORT + b"Transfer-Encoding: chunked\r\n\r\n5\r\nident\r\n",
        IMPORT + b"Idempotency-Key: k\r\nContent-Length: 5000\r\n\r\n" + ROW,
        REGISTER + b'Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"name',
        REGISTER + b'Idempotency-Key: k\r\nContent-Length: 50\r\n\r\n{"name',
        REGISTER + b"Expect: 100-continue\r\nContent-Length: 50\r\n\r\n",
        GET + b"\r\n",
        GET,
        b"GET /networks/jobbpakten/candidates HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 10,
    ],
)
async def test_a_caller_who_hangs_up_is_no_error(matching: Service, sent: bytes) -> None:
    known = bearer("matching", "caseworker", unit="city")["Authorization"]
    line, *others = sent.split(b"\r\n")
    whole = b"\r\n".join([line, b"Authorization: " + known.encode(), *others])
    before = len(matching.log.read_text())
    for wait_s in (0, 0.001, 0.05):
        async with connected(matching) as (_, writer):
            writer.write(whole)
            await asyncio.sleep(wait_s)  # at different points of the call
    await others_are_answered(matching)

    async def forgotten() -> None:
        await others_are_answered(matching)
        lines = map(json.loads, matching.log.read_text()[before:].splitlines())
        errors = [line["event"] for line in lines if line["level"] in {"error", "critical"}]
        assert not [event for event in errors if not any(one in event.lower() for one in OF_KAFKA)]

    await eventually(forgotten)
    async with httpx.AsyncClient(base_url=matching.url, timeout=PATIENCE_S) as http:
        listed = await http.get(CANDIDATES, headers={"Authorization": known})
    assert listed.json() == {"candidates": [], "next": None}
