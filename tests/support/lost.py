"""A way to a server that can be lost: nothing comes back, and nobody says so."""

import asyncio
import ctypes
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# linux/filter.h: a program of one word, "keep nothing of what arrives". The system drops it before
# TCP sees it, as if the cable were cut: nothing is acknowledged, no keepalive is answered.
DROP = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
PROGRAM = struct.pack("HL", 1, ctypes.addressof(DROP))
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27


@dataclass
class Line:
    """A port that leads to a server's Unix socket until it is lost."""

    leads_to: Path
    ends: list[socket.socket] = field(default_factory=list)
    working: set[asyncio.Task[None]] = field(default_factory=set)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0

    def lose(self) -> None:
        """Lose all that go over it, and whoever comes."""
        for end in self.ends:
            with suppress(OSError):  # it is closed
                end.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, PROGRAM)

    def find(self) -> None:
        """Let it lead there again, for whoever comes anew."""
        self.ends[0].setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)

    async def carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self.ends.append(back.get_extra_info("socket"))
        far, forth = await asyncio.open_unix_connection(self.leads_to)
        self.writers += (back, forth)
        for one, other in ((near, forth), (far, back)):
            task = asyncio.create_task(copied(one, other))
            self.working.add(task)
            task.add_done_callback(self.working.discard)


async def copied(near: asyncio.StreamReader, far: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await near.read(65_536):
            far.write(some)
            await far.drain()
    far.close()


@asynccontextmanager
async def line_to(leads_to: Path) -> AsyncIterator[Line]:
    line = Line(leads_to)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.ends.append(server.sockets[0])
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        for task in [*line.working]:
            task.cancel()
        await asyncio.gather(*line.working, return_exceptions=True)
        for writer in line.writers:
            writer.transport.abort()
        for writer in line.writers:
            with suppress(OSError):
                await writer.wait_closed()
