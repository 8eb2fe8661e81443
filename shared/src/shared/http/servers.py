"""Two ports of one process: what callers ask, and what only operators do.

Probes, figures and a clock that is set by hand are nobody's who comes through a proxy; and they
are answered also while callers hold all the connections that there may be.
"""

import asyncio
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE

from shared.http.connections import SERVER


class Server(uvicorn.Server):
    """Serves callers, and operators from before the first call until after the last."""

    def __init__(self, app: FastAPI, host: str, port: int, probes_port: int) -> None:
        super().__init__(uvicorn.Config(app, host=host, port=port, **SERVER))
        beside = SERVER | {"lifespan": "off"}
        operators = uvicorn.Config(app.state.probes, host=host, port=probes_port, **beside)
        self.probes = Beside(operators)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.probing = asyncio.create_task(self.probes.serve())
        await self.probes.tried.wait()
        if not self.probes.started:
            await self.probing  # raises what went wrong; a port that is taken it has said itself
            sys.exit(STARTUP_FAILURE)
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        self.probes.should_exit, self.probes.force_exit = True, self.force_exit
        await self.probing


class Beside(uvicorn.Server):
    """A server that leaves signals, and what to do without it, to the one that it stands beside."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.tried = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.tried.set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            with suppress(SystemExit):
                await super().serve(sockets)
        finally:
            self.tried.set()
