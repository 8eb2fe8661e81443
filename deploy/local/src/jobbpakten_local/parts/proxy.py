"""A proxy for a laptop: one port leads to all services, each by the first part of its paths.

It passes on what comes as it is, keeps connections to services for a minute, and tries nothing
twice: whoever called sees what fails behind it. `python -m jobbpakten_local.parts.proxy 8000
membership=8001 …` runs one as a process of its own.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import uvloop
from httptools import HttpParserError

from jobbpakten_local.parts.kafka import listens
from jobbpakten_local.parts.messages import Answer, Call
from jobbpakten_local.parts.processes import Processes, until_ready

HOST = "127.0.0.1"
KEPT_SECONDS = 60  # as proxies keep a connection that nobody uses
START_S = 60
SAID = {
    "400 Bad Request": "The proxy can't read this call.",
    "404 Not Found": "The proxy knows no service here: a path begins with {}.",
    "502 Bad Gateway": "The proxy was given no answer by {}.",
}

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Backend:
    """One replica, and the connections to it that nobody uses at present."""

    port: int
    idle: list[tuple[float, Line]] = field(default_factory=list)

    async def line(self) -> Line:
        """Take a connection that was kept, else a new one; OSError where there is none."""
        oldest = asyncio.get_running_loop().time() - KEPT_SECONDS
        while self.idle:
            since, (reader, writer) = self.idle.pop()
            if since > oldest and not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(HOST, self.port)

    def keep(self, line: Line) -> None:
        self.idle.append((asyncio.get_running_loop().time(), line))

    def close(self) -> None:
        for _, (_, writer) in self.idle:
            writer.close()
        self.idle.clear()


@dataclass
class Proxy:
    """Leads `/membership/…` to the replicas of membership, one after another."""

    port: int
    backends: dict[str, list[Backend]] = field(default_factory=dict)
    callers: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def lead(self, name: str, port: int) -> None:
        """Lead to one more replica."""
        self.backends.setdefault(name, []).append(Backend(port))

    async def leave(self, name: str, port: int, sends_on_s: float) -> None:
        """Lead to a replica no more; as a proxy does that hears of its end so late."""
        await asyncio.sleep(sends_on_s)
        (left,) = [one for one in self.backends[name] if one.port == port]
        self.backends[name].remove(left)
        left.close()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self.called, HOST, self.port)
        try:
            yield
        finally:
            server.close()
            for one in self.callers:
                one.cancel()
            await asyncio.gather(*self.callers, return_exceptions=True)
            for several in self.backends.values():
                for backend in several:
                    backend.close()
            await asyncio.sleep(0)  # what is closed is gone a turn of the loop later

    def called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calling = asyncio.create_task(self.serve((reader, writer)))
        self.callers.add(calling)
        calling.add_done_callback(self.callers.discard)

    async def serve(self, caller: Line) -> None:
        """Pass on one call after another, until the caller hangs up or one fails."""
        _, writer = caller
        try:
            with suppress(OSError):
                while await self.pass_on(caller):
                    pass
        finally:
            writer.close()

    async def pass_on(self, caller: Line) -> bool:
        """Pass on a call and its answer; tell whether another may follow."""
        reader, writer = caller
        call = Call()
        try:
            head = await call.head(reader)
        except HttpParserError:
            return refused(writer, "400 Bad Request")
        backends = self.backends.get(call.service)
        if not backends:
            known = " or ".join(f"/{name}/" for name in self.backends)
            return refused(writer, "404 Not Found", known)
        backend = backends.pop(0)
        backends.append(backend)  # the next call is the next one's
        answer = Answer(to_head=call.parser.get_method() == b"HEAD")
        try:
            line = await backend.line()
        except OSError:
            return refused(writer, "502 Bad Gateway", call.service)
        if not await answered(caller, call, head, answer, line):
            return not answer.headed and refused(writer, "502 Bad Gateway", call.service)
        if not call.whole or not answer.stays:
            line[1].close()
            return False
        if backend in backends:
            backend.keep(line)
        else:  # it has left meanwhile
            line[1].close()
        return call.stays


async def answered(caller: Line, call: Call, head: bytes, answer: Answer, line: Line) -> bool:
    """Send a call to a service, and its answer back while the call still comes; tell whether."""
    line[1].write(head)
    asking = asyncio.create_task(call.pass_on(caller[0], line[1]))
    try:
        await answer.pass_on(line[0], caller[1])
    except (OSError, HttpParserError):
        line[1].close()
        return False
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    return True


def refused(writer: asyncio.StreamWriter, status: str, about: str = "") -> bool:
    """Answer in a service's place; no other call follows on this connection."""
    said = SAID[status].format(about).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {len(said)}\r\n"
    writer.write(f"{head}connection: close\r\n\r\n".encode() + said)
    return False


def start(ours: Processes, port: int, services: Mapping[str, int]) -> str:
    """Start one as a process of its own, and give its address."""
    words = [f"{name}={behind}" for name, behind in services.items()]
    log = ours.folder / "proxy.log"
    process = ours.start(sys.executable, "-m", __name__, str(port), *words, log=log)
    until_ready(process, lambda: listens(port), log, START_S)
    return Proxy(port).url


async def serve(port: str, *services: str) -> None:
    """Lead to all services until we are ended."""
    proxy = Proxy(int(port))
    for word in services:
        name, _, behind = word.partition("=")
        proxy.lead(name, int(behind))
    async with proxy.serving():
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
