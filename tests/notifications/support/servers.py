"""Mail servers that take what comes unless told otherwise, and the port where tests find one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.support.subjects import template_of

from jobbpakten_local.parts.kafka import free_ports


@dataclass
class Server:
    """A mail server in this process, on a real socket; `answers` are what it says to the dot.

    `policy` is what it says to every recipient instead, while there is one.
    """

    port: int = 0
    got: list[tuple[str, EmailMessage]] = field(default_factory=list)
    named: list[str] = field(default_factory=list)  # which template went to whom
    answers: list[str] = field(default_factory=list)
    policy: str = ""
    before_answer: Callable[[], Awaitable[None]] | None = None
    at_recipient: Callable[[], Awaitable[None]] | None = None

    async def handle_RCPT(self, *said: Any) -> str:  # noqa: N802 - aiosmtpd's
        _, _, envelope, address, _ = said
        if self.policy:
            return self.policy
        envelope.rcpt_tos.append(address)
        if self.at_recipient:
            await self.at_recipient()
        return "250 yes"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        if self.before_answer:
            await self.before_answer()
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("250"):
            message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            self.got.append((envelope.rcpt_tos[0], message))
            self.named.append(f"{template_of(message)} {envelope.rcpt_tos[0].split('@')[0]}")
        return answer

    @property
    def to(self) -> list[str]:
        return [address for address, _ in self.got]

    @property
    def kinds(self) -> list[str]:
        """Give what went to whom, in alphabetical order."""
        return sorted(self.named)


@asynccontextmanager
async def mail_server(port: int = 0) -> AsyncIterator[Server]:
    server = Server()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(server, hostname="here", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    server.port = listening.sockets[0].getsockname()[1]
    yield server
    listening.close()


@cache
def one_port() -> int:
    """Give the same port each time: the app of one test finds the server of the next."""
    return free_ports(1)[0]
