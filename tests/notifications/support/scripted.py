"""A mail server that follows a script: what it answers to each verb, where it hangs or hangs up.

`AFTER …` is said unasked after that verb's answer, in a packet of its own; `LATE …` once the client
has had time to go on; `MIDDLE` once a message has begun to arrive; `TLS …` instead of the verb's
answer where the line is encrypted.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HANGS, DROPS = "hangs", "drops"
TURNS = 100
BEGUN = 1000  # bytes of a message
MOST_BYTES = 1 << 24
PLAYED = {
    "GREETING": "220 here",
    "EHLO": "250-here\r\n250 SIZE 1000000",
    "HELO": "250 here",
    "MAIL": "250 yes",
    "RCPT": "250 yes",
    "DATA": "354 go on",
    ".": "250 taken",
    "RSET": "250 yes",
    "QUIT": "221 bye",
    "STARTTLS": "220 go on",
}


@dataclass
class Scripted:
    """What was said to it, and what it would deliver: only what ended with a dot."""

    script: Mapping[str, str]
    tls: ssl.SSLContext | None = None
    port: int = 0
    said: list[str] = field(default_factory=list)
    delivered: list[bytes] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    lines: list[asyncio.StreamWriter] = field(default_factory=list)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.tasks.add(task)
        self.lines.append(writer)
        try:
            await self.talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.tasks.discard(task)
            writer.transport.abort()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.answer("GREETING", writer)
        await self.add("GREETING", writer)
        while line := await reader.readline():
            self.said.append(line.decode().strip())
            verb = line.decode().split()[0].upper()
            await self.answer(verb, writer)
            if verb == "STARTTLS" and self.tls and self.starts_tls:
                await writer.start_tls(self.tls)
            await self.add(verb, writer)
            if verb == "DATA" and self.script.get("DATA", PLAYED["DATA"]).startswith("354"):
                await self.listen(reader, writer)

    @property
    def starts_tls(self) -> bool:
        return self.script.get("STARTTLS", PLAYED["STARTTLS"]).startswith("220")

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a message, which ends with the dot."""
        begun = b""
        if "MIDDLE" in self.script:
            begun = await reader.readexactly(BEGUN)
            await self.answer("MIDDLE", writer)
        payload = begun + await reader.readuntil(b"\r\n.\r\n")
        self.said.append(".")
        self.delivered.append(payload)
        await self.answer(".", writer)
        await self.add(".", writer)

    async def add(self, verb: str, writer: asyncio.StreamWriter) -> None:
        if f"AFTER {verb}" in self.script:
            await self.answer(f"AFTER {verb}", writer)
        if f"LATE {verb}" in self.script:
            await turns()
            await self.answer(f"LATE {verb}", writer)

    async def answer(self, verb: str, writer: asyncio.StreamWriter) -> None:
        words = self.script.get(verb, PLAYED.get(verb, "502 what"))
        if writer.get_extra_info("sslcontext"):
            words = self.script.get(f"TLS {verb}", words)
        if words == HANGS:
            await asyncio.Event().wait()
        if words.startswith(DROPS):
            raise ConnectionResetError
        writer.write(words.encode() + b"\r\n")
        await writer.drain()
        if words.startswith("421"):
            raise ConnectionResetError

    async def say(self, words: str) -> None:
        """Say something to everybody, whatever they do."""
        for line in self.lines:
            line.write(words.encode() + b"\r\n")
            await line.drain()


async def turns() -> None:
    """Let everybody else on our loop go on."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


@asynccontextmanager
async def playing(
    script: Mapping[str, str], tls: ssl.SSLContext | None = None
) -> AsyncIterator[Scripted]:
    """Play the script on a real socket."""
    scripted = Scripted(script, tls)
    server = await asyncio.start_server(scripted.meet, "127.0.0.1", 0, limit=MOST_BYTES)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()
        for task in list(scripted.tasks):
            task.cancel()
        await asyncio.gather(*scripted.tasks, return_exceptions=True)
        await server.wait_closed()
