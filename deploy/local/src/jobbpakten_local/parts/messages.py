"""Calls and answers as a proxy passes them on: as they are, and each until it is whole."""

import asyncio
from contextlib import suppress
from http import HTTPStatus

from httptools import HttpParserUpgrade, HttpRequestParser, HttpResponseParser

PIECE_BYTES = 65_536


class Message:
    """A call or an answer, as far as it has come."""

    parser: HttpRequestParser | HttpResponseParser

    def __init__(self) -> None:
        self.url, self.headed, self.whole, self.stays = b"", False, False, False

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_headers_complete(self) -> None:
        self.headed, self.stays = True, self.parser.should_keep_alive()

    def on_message_complete(self) -> None:
        self.whole = True

    async def piece(self, reader: asyncio.StreamReader) -> bytes:
        """Read on; ConnectionError where it ends before it is whole."""
        piece = await reader.read(PIECE_BYTES)
        if not piece:
            raise ConnectionAbortedError
        with suppress(HttpParserUpgrade):  # an offer to speak otherwise, which no service takes
            self.parser.feed_data(piece)
        return piece

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what is left of it."""
        while not self.whole:
            writer.write(await self.piece(reader))
            await writer.drain()


class Call(Message):
    """What a caller asks."""

    parser: HttpRequestParser

    def __init__(self) -> None:
        super().__init__()
        self.parser = HttpRequestParser(self)

    async def head(self, reader: asyncio.StreamReader) -> bytes:
        """Read until it is known where the call goes."""
        held = b""
        while not self.headed:
            held += await self.piece(reader)
        return held

    @property
    def service(self) -> str:
        """Name what the path begins with; nothing for a call without a path (`OPTIONS *`)."""
        _, _, path = self.url.decode("latin-1").partition("?")[0].partition("/")
        return path.partition("/")[0]


class Answer(Message):
    """What a service answers; what it says before (`100 Continue`) is none yet."""

    parser: HttpResponseParser

    def __init__(self, *, to_head: bool) -> None:
        super().__init__()
        self.parser, self.to_head = HttpResponseParser(self), to_head

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.headed = self.parser.get_status_code() >= HTTPStatus.OK
        self.whole = self.headed and self.to_head  # whatever length it says

    def on_message_complete(self) -> None:
        self.whole = self.headed
