"""What one connection may ask of us: how much, how slowly, and how many of them there may be.

uvicorn with httptools limits none of it: 100 MB in one header cost 14 s in which nobody else was
answered. h11 has a limit, but costs a quarter of a millisecond more a call, and 12 s for a body
of a megabyte in chunks of one byte.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_CONNECTIONS = 500
MOST_PIPELINED = 16
FRAMING_BYTES = 32_768  # all of a request but its body: line, headers, sizes of chunks, trailers
TOO_LARGE = b"431 Request Header Fields Too Large"
HEADERS_SECONDS = 10
BODY_SECONDS = 30
ANSWER_SECONDS = 60  # until the caller has read it
IDLE_SECONDS = 75  # above what proxies keep an idle connection for (60): they hang up, never we
GRACE_SECONDS = 5  # for calls under way when we stop; one that never ends must not keep us


class Connection(HttpToolsProtocol):
    """A connection that is closed when its caller takes too much or too long."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.framing, self.reading, self.comes = 0, "", "headers"
        self.coming: asyncio.TimerHandle | None = None
        self.going: asyncio.TimerHandle | None = None
        self.idle_since = self.loop.time()
        self.wait_for("headers")
        if len(self.connections) > MOST_CONNECTIONS:
            self.make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self.wait_for("")
        self.resume_writing()
        super().connection_lost(exc)

    def make_room(self) -> None:
        """Close the connection that has kept us waiting longest; this one if none does."""
        waiting = [one for one in self.connections if isinstance(one, Connection) and one.waits()]
        longest = min(waiting, key=lambda one: one.idle_since)
        if longest is self:
            self.refuse(b"503 Service Unavailable\r\nretry-after: 5")
        else:
            longest.transport.abort()

    def waits(self) -> bool:
        """Tell whether it is the caller's turn: to say something, or to read what was said."""
        is_the_callers = self.cycle is None or self.cycle.response_complete or self.cycle.more_body
        return bool(is_the_callers or self.going) and not self.transport.is_closing()

    def wait_for(self, what: str) -> None:
        """Give the caller until a time of ours for the rest of her headers or of her body."""
        if self.coming:
            self.coming.cancel()
        self.reading, self.coming = what, None
        if what:
            seconds = {"headers": HEADERS_SECONDS, "body": BODY_SECONDS}[what]
            self.coming = self.loop.call_later(seconds, self.refuse, b"408 Request Timeout")

    def refuse(self, status: bytes) -> None:
        """Close, with a word where none was said."""
        if self.cycle is None or self.cycle.response_complete:
            head = b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(head % status)
            self.transport.close()
            self.drain_in_time()
        else:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.framing += len(data)
        self.comes = self.comes or "headers"  # the parser says nothing of empty lines
        super().data_received(data)
        if self.framing > FRAMING_BYTES:
            self.refuse(TOO_LARGE)
            return
        next_ = self.comes or ("headers" if self.waits() else "")
        if next_ != self.reading:
            self.wait_for(next_)

    def on_message_begin(self) -> None:
        self.comes = "headers"
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.comes = "body"
        size = len(self.url) + sum(len(b"%b:%b\r\n" % header) for header in self.headers)
        if size > FRAMING_BYTES:  # all of it came at once
            self.refuse(TOO_LARGE)
            raise ValueError("too large")  # ends the parser; what it would answer is too late
        super().on_headers_complete()
        if len(self.pipeline) > MOST_PIPELINED:
            raise ValueError("too many calls at once")  # the parser makes a 400 of it

    def on_body(self, body: bytes) -> None:
        self.framing -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.comes, self.framing = "", 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self.idle_since = self.loop.time()
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self.drain_in_time()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.drain_in_time()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.going:
            self.going.cancel()
            self.going = None

    def drain_in_time(self) -> None:
        """Close, whatever is left, if the caller doesn't read what she was answered."""
        if self.going is None:
            self.going = self.loop.call_later(ANSWER_SECONDS, self.transport.abort)


SERVER: dict[str, Any] = {
    "http": Connection,
    "ws": "none",
    "lifespan": "on",  # uvicorn's own choice goes on without what couldn't begin
    "log_config": None,  # no settings of its own: its lines go through our sieve
    "access_log": False,
    "proxy_headers": False,  # nothing of ours asks where a caller comes from: none may say it
    "timeout_keep_alive": IDLE_SECONDS,
    "timeout_graceful_shutdown": GRACE_SECONDS,
}
