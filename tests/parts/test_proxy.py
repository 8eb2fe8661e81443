"""The proxy of the demo: one address leads to all, and what it passes on stays as it was."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from tests.support.eventually import PATIENCE_S

from jobbpakten_local.parts.kafka import free_ports
from jobbpakten_local.parts.proxy import Proxy

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LARGE = b"x" * 3_000_000


@asynccontextmanager
async def behind(*services: Serve) -> AsyncIterator[Proxy]:
    """Run a proxy, and behind it `/a/` with a replica that answers by each of these."""
    front, *ports = free_ports(1 + len(services))
    proxy, answering = Proxy(front), set[asyncio.Task[None]]()

    async def until_closed(serve: Serve, *line: Any) -> None:
        await serve(*line)
        line[1].close()

    def to(serve: Serve) -> Callable[..., None]:
        return lambda *line: answering.add(asyncio.create_task(until_closed(serve, *line)))

    async with AsyncExitStack() as after:
        for port, serve in zip(ports, services, strict=True):
            server = await asyncio.start_server(to(serve), "127.0.0.1", port)
            after.callback(server.close)
            proxy.lead("a", port)
        async with proxy.serving():
            yield proxy
        await asyncio.gather(*answering)
        await asyncio.sleep(0)


def said(body: bytes, more: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n{more}\r\n".encode() + body


class Telling:
    """A service that answers each call with its line and its body, and counts."""

    def __init__(self) -> None:
        self.connections, self.calls = 0, 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while head := await head_of(reader):
            self.calls += 1
            sent = b""
            if b"content-length: " in head.lower():
                length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
                sent = await reader.readexactly(int(length))
            body = b"" if head.startswith(b"HEAD") else head.split(b"\r\n")[0] + sent
            writer.write(said(body))
            await writer.drain()


async def head_of(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def calling(proxy: Proxy) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=proxy.url, timeout=PATIENCE_S)


async def test_calls_and_answers_pass_whole_on_connections_that_stay() -> None:
    service = Telling()
    async with behind(service) as proxy, calling(proxy) as http:
        for _ in range(5):
            large = await http.post("/a/b?c=d", content=LARGE)
            assert large.content == b"POST /a/b?c=d HTTP/1.1" + LARGE
            head = await http.head("/a/b")
            assert (head.status_code, head.content) == (200, b"")
            assert (await http.get("/a")).text == "GET /a HTTP/1.1"
    assert service.connections == 1


async def test_replicas_take_turns_until_one_leaves() -> None:
    one, other = Telling(), Telling()
    async with behind(one, other) as proxy, calling(proxy) as http:
        for _ in range(4):
            assert (await http.get("/a/b")).status_code == 200
        assert (one.calls, other.calls) == (2, 2)
        await proxy.leave("a", proxy.backends["a"][0].port, sends_on_s=0)
        for _ in range(4):
            assert (await http.get("/a/b")).status_code == 200
    assert (one.calls, other.calls) == (2, 6)
    assert (one.connections, other.connections) == (1, 1)


async def test_who_has_left_is_called_no_more_though_calls_overlapped() -> None:
    one, other, called, go_on = Telling(), Telling(), asyncio.Event(), asyncio.Event()

    async def slow(*line: Any) -> None:
        called.set()
        await go_on.wait()
        await one(*line)

    async with behind(slow, other) as proxy, calling(proxy) as http:
        first = asyncio.create_task(http.get("/a/b"))
        await called.wait()
        assert (await http.get("/a/b")).status_code == 200
        go_on.set()
        assert (await first).status_code == 200
        await proxy.leave("a", proxy.backends["a"][0].port, sends_on_s=0)
        for _ in range(4):
            assert (await http.get("/a/b")).status_code == 200
    assert (one.calls, other.calls) == (1, 5)


async def test_a_piece_of_an_answer_is_passed_on_before_the_rest_is_there() -> None:
    go_on = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n")
        await go_on.wait()
        writer.write(b"1\r\nb\r\n0\r\n\r\n")

    async with (
        behind(slow) as proxy,
        calling(proxy) as http,
        http.stream("GET", "/a/") as answer,
    ):
        pieces = answer.aiter_bytes()
        assert await anext(pieces) == b"a"
        go_on.set()
        assert await anext(pieces) == b"b"


async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer before all is there, and hang up."""
    await head_of(reader)
    writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")


async def hangs_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await head_of(reader)


async def breaks_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await head_of(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\na")


async def test_what_fails_behind_it_is_seen_and_tried_once() -> None:
    async with behind(refuses) as proxy, calling(proxy) as http:
        assert (await http.get("/a/")).status_code == 413
    async with behind(hangs_up) as proxy, calling(proxy) as http:
        gone = await http.get("/a/")
        assert (gone.status_code, gone.text) == (502, "The proxy was given no answer by a.")
    async with behind(breaks_off) as proxy, calling(proxy) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/a/")
    async with behind() as proxy, calling(proxy) as http:
        (port,) = free_ports(1)
        proxy.lead("a", port)
        assert (await http.get("/a/")).status_code == 502


@pytest.mark.parametrize("path", ["/", "/b/", "/ab/", "//a/", "/%61/"])
async def test_what_leads_nowhere_says_what_leads_somewhere(path: str) -> None:
    async with behind(Telling()) as proxy, calling(proxy) as http:
        answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.text == "The proxy knows no service here: a path begins with /a/."


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x00\x01\r\n\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET /a/ HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n", 200),
        (b"GET /a/ HTTP/1.0\r\n\r\n", 200),
    ],
)
async def test_whatever_comes_is_answered(sent: bytes, status: int) -> None:
    async with behind(Telling()) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(sent)
        said = await asyncio.wait_for(reader.read(), PATIENCE_S)
        assert said.split(b" ")[1] == str(status).encode()
        writer.close()
