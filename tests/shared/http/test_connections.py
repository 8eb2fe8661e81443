"""A connection on a real socket: whose turn it is, and how long the caller may take for hers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send
from tests.support.eventually import eventually

from shared.http import connections

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
SLOW = GET.replace(b"/ ", b"/slow ")
LARGE = 20_000_000
PATIENCE_S = 20
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Dial = Callable[[bytes], Awaitable[Streams]]
free = asyncio.Event()
calls: list[str] = []


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the path, after the body; `/slow` when it is let go, `/large` at length.

    `/parts` as long, but as a file is sent: one part when the caller has read the one before.
    """
    path = scope["path"]
    calls.append(path)
    if path != "/early":
        with suppress(Exception):
            await Request(scope, receive).body()
    if path == "/slow":
        await free.wait()
    said = "x" * LARGE if path == "/large" else path
    parts = StreamingResponse(iter(["x" * (LARGE // 100)] * 100))
    await (parts if path == "/parts" else PlainTextResponse(said))(scope, receive, send)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    free.clear()
    calls.clear()
    config = uvicorn.Config(app, port=0, **connections.SERVER | {"lifespan": "off"})
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())

    def started() -> None:
        assert server.started

    await eventually(started)
    yield server.servers[0].sockets[0].getsockname()[1]
    free.set()
    server.should_exit = True
    await serving


@pytest.fixture
async def dial(port: int) -> AsyncIterator[Dial]:
    """Give what opens a connection and sends a call; all are closed with the test."""
    writers = []

    async def dialled(call: bytes) -> Streams:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000)
        writers.append(writer)
        writer.write(call)
        return reader, writer

    yield dialled
    for writer in writers:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def said(port: int, *parts: bytes) -> bytes:
    """Send the parts and give all that is answered until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0.01)
        return await asyncio.wait_for(reader.read(), PATIENCE_S)
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_calls_on_one_connection_are_answered_in_order(port: int) -> None:
    several = [b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(9)]
    for parts in (several, [b"".join(several)], [b"".join(several)[:100], b"".join(several)[100:]]):
        answered = await said(port, *parts[:-1], parts[-1][:-2] + b"Connection: close\r\n\r\n")
        bodies = [one.rsplit(b"\r\n\r\n", 1)[1] for one in answered.split(b"HTTP/1.1 ")[1:]]
        assert bodies == [b"/%d" % number for number in range(9)]


async def test_too_many_at_once_are_refused(port: int) -> None:
    answered = await said(port, GET.replace(b"/ ", b"/slow ") + GET * 100)

    assert b"HTTP/1.1 400" in answered
    assert len(calls) < 5


@pytest.mark.parametrize("many", [b"X: " + b"a" * 40_000, b"a:b\r\n" * 8_000])
async def test_headers_that_come_all_at_once_have_their_limit_too(port: int, many: bytes) -> None:
    for large in (GET[:-2] + many + b"\r\n\r\n", GET.replace(b"/ ", b"/" + b"a" * 40_000 + b" ")):
        assert (await said(port, large)).startswith(b"HTTP/1.1 431")
        assert (await said(port, GET, large)).startswith(b"HTTP/1.1 200")
    assert {*calls} == {"/"}


@pytest.mark.parametrize(
    ("name", "parts", "answer"),
    [
        ("HEADERS_SECONDS", [], b"HTTP/1.1 408"),
        ("HEADERS_SECONDS", [b"\r\n"], b"HTTP/1.1 408"),
        ("HEADERS_SECONDS", [GET[:-2]], b"HTTP/1.1 408"),
        ("HEADERS_SECONDS", [GET, b"\r\n"], b"HTTP/1.1 200"),
        ("HEADERS_SECONDS", [GET, GET[:-2]], b"HTTP/1.1 200"),
        ("BODY_SECONDS", [GET[:-2] + b"Content-Length: 9\r\n\r\n", b"x"], b""),
        ("BODY_SECONDS", [GET[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx"], b""),
        ("BODY_SECONDS", [b"GET /early HTTP/1.1\r\nContent-Length: 9\r\n\r\n", b"x"], b"HTTP/1.1"),
    ],
)
async def test_whoever_is_late_is_cut_off(
    port: int, monkeypatch: pytest.MonkeyPatch, name: str, parts: list[bytes], answer: bytes
) -> None:
    monkeypatch.setattr(connections, name, 0.2)
    answered = await said(port, *parts)

    assert answered[: len(answer) or 1] == answer


async def test_a_body_that_comes_after_its_answer_leaves_no_connection_open(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEADERS_SECONDS", 0.2)
    early = b"GET /early HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"

    assert (await said(port, early, b"x" * 9)).startswith(b"HTTP/1.1 200")


def called(times: int) -> Callable[[], Awaitable[None]]:
    async def enough() -> None:
        assert len(calls) >= times

    return enough


async def test_while_all_are_answered_another_is_asked_to_come_again(
    port: int, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 2)
    busy = [await dial(SLOW) for _ in range(2)]
    await eventually(called(2))
    refused = await said(port)
    free.set()

    assert refused.startswith(b"HTTP/1.1 503")
    assert b"retry-after: " in refused
    for reader, _ in busy:
        assert (await reader.readuntil(b"/slow")).startswith(b"HTTP/1.1 200")


async def test_whoever_has_waited_longest_makes_room(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 3)
    slow, _ = await dial(SLOW)
    await eventually(called(1))
    first, _ = await dial(GET[:-2])
    second, writer = await dial(GET[:-2])
    third, _ = await dial(GET)

    assert await asyncio.wait_for(first.read(), PATIENCE_S) == b""
    writer.write(b"\r\n")
    free.set()
    for reader in (second, third, slow):
        assert (await reader.readuntil(b"\r\n")) == b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("unread", [b"/large ", b"/parts "])
async def test_whoever_doesnt_read_her_answer_makes_room_too(
    port: int, dial: Dial, monkeypatch: pytest.MonkeyPatch, unread: bytes
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 3)
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 1_000)
    for number in range(3):
        await dial(GET.replace(b"/ ", unread))
        await eventually(called(number + 1))

    async def another_comes_in() -> None:  # once all buffers are full
        answered = await said(port, GET[:-2] + b"Connection: close\r\n\r\n")
        assert answered.startswith(b"HTTP/1.1 200")

    await eventually(another_comes_in)


@pytest.mark.parametrize("times", [1, 3])
async def test_whoever_doesnt_read_her_answer_is_cut_off(
    dial: Dial, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 0.3)
    reader, _ = await dial(GET.replace(b"/ ", b"/large ") * times)
    await eventually(called(1))
    await asyncio.sleep(1)
    read = 0
    with suppress(ConnectionError):
        while part := await asyncio.wait_for(reader.read(1_000_000), PATIENCE_S):
            read += len(part)

    assert 0 < read < LARGE


async def test_whoever_reads_her_answer_gets_all_of_it(port: int) -> None:
    answered = await said(port, b"GET /large HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert len(answered.partition(b"\r\n\r\n")[2]) == LARGE
