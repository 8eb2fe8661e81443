"""The line to a mail server: each answer has to follow its question."""

import asyncio
from typing import cast

from aiosmtplib import SMTP, SMTPConnectResponseError, SMTPException, SMTPServerDisconnected
from aiosmtplib.protocol import SMTPProtocol
from aiosmtplib.response import SMTPResponse

READY, GO_ON, FAREWELL = 220, 354, 421
# How long after an answer we listen before we ask on: what came along with it has arrived by then,
# though in a packet of its own. Longer before the message: an answer that is wrongly taken for the
# one to its dot would be a mail that counts as sent.
BREATH_S, BREATH_BEFORE_MESSAGE_S = 0.001, 0.02


class Unasked(SMTPException):
    """The server answered what it wasn't asked: it may be another who speaks, or about another."""


class Line(SMTPProtocol):
    """Ends when it hears what it didn't ask for; aiosmtplib passes over that, or mispairs it."""

    unasked = b""

    def data_received(self, data: bytes) -> None:
        if not self.is_asking:
            self.unasked = self.unasked or data
        super().data_received(data)
        if not self.is_asking and self._buffer:
            self.unasked = self.unasked or bytes(self._buffer)

    @property
    def is_asking(self) -> bool:
        """Tell whether a question is out, with its last byte, and has no answer yet."""
        if self._response_waiter is None or self.transport is None:
            return False
        unsaid = as_it_writes(self.transport).get_write_buffer_size()
        return self._response_pending and not self._response_waiter.done() and not unsaid

    async def read_response(self, timeout: float | None = None) -> SMTPResponse:  # noqa: ASYNC109 - aiosmtplib's
        response = await super().read_response(timeout)
        before_message = response.code == GO_ON
        await asyncio.sleep(BREATH_BEFORE_MESSAGE_S if before_message else BREATH_S)
        if self.unasked and (response.code == FAREWELL or not self.has_left):
            raise Unasked("an answer too many")
        return response

    def write(self, data: bytes) -> None:
        if self.unasked:
            kind = SMTPServerDisconnected if self.has_left else Unasked
            raise kind("an answer too many")
        super().write(data)

    @property
    def has_left(self) -> bool:
        """Tell a server's farewell: it may come unasked (RFC 5321 3.8), and takes nothing back."""
        return self.unasked.startswith(b"%d" % FAREWELL)


def as_it_writes(transport: asyncio.BaseTransport) -> asyncio.WriteTransport:
    """Take it for one that writes: uvloop's do, and belong to none of asyncio's classes."""
    return cast("asyncio.WriteTransport", transport)


async def connect(server: SMTP, line: Line, host: str, port: int) -> None:
    """Connect the client by this line, and read the greeting."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(server.timeout):
        server.transport, server.protocol = await loop.create_connection(lambda: line, host, port)
        greeting = await line.read_response()
    if greeting.code != READY:
        raise SMTPConnectResponseError(greeting.code, greeting.message)
