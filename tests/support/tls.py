"""A server that speaks TLS and nothing else, and what a client of it meets."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from jobbpakten_local.parts.certificates import Authority, Files


@asynccontextmanager
async def serving(files: Files, clients: Path | None = None) -> AsyncIterator[int]:
    """Give the port of a server; it may want a certificate of an authority from its clients."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    if clients:
        context.load_verify_locations(clients)
        context.verify_mode = ssl.CERT_REQUIRED

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def greeted(port: int, context: ssl.SSLContext, name: str = "localhost") -> bytes:
    """Give what the server says, and b"" where it hangs up."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=name
    )
    try:
        return await reader.read(5)
    except OSError:  # TLS 1.3: a client that isn't let in learns it when it reads
        return b""
    finally:
        writer.close()


def made(folder: Path, authority: Authority, name: str = "server", *hosts: str) -> Files:
    return authority.sign(name, *hosts).write(folder, name)
