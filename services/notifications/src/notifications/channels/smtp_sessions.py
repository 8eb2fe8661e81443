"""One mail's conversation with one server, which knows at every moment how far it came."""

import asyncio
from contextlib import suppress
from typing import Any

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected

from notifications.channels.mime_messages import Letter
from notifications.channels.smtp_replies import Outcome, broken, ended, refused_before_the_dot

STEP_S = 20.0
BEFORE_THE_DOT_S = 25.0  # a server that answers a byte a second is as good as none
# RFC 5321 4.5.3.2.6 lets a server think for ten minutes here; a try has to end within its lease.
AFTER_THE_DOT_S = 30.0


class Conversation:
    """The step that was begun last stands in `step`."""

    def __init__(self, settings: Any, written: Letter) -> None:
        self.settings, self.written = settings, written
        self.step = "connect"
        self.server = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            local_hostname=written.domain,
            start_tls=False,  # asked for by ourselves: we want to know at which step it broke
            timeout=STEP_S,
        )

    async def up_to_the_dot(self) -> Outcome | None:
        """Say all but the final dot; give what became of it if it ends before that."""
        try:
            async with asyncio.timeout(BEFORE_THE_DOT_S):
                await self.introduced()
                if self.written.utf8 and not self.server.supports_extension("smtputf8"):
                    return Outcome("unsendable", "smtputf8")
                await self.told()
        except SMTPResponseException as error:
            return refused_before_the_dot(self.step, error.code, error.message)
        except (SMTPException, OSError, TimeoutError) as error:
            return broken(self.step, error)
        return None

    async def introduced(self) -> None:
        """Connect, and have the line encrypted and ourselves known if the settings say so."""
        await self.server.connect()
        if self.settings.smtp_starttls:
            self.step = "starttls"
            await self.server.starttls()
        if self.settings.smtp_username:
            self.step = "login"
            await self.logged_in()
        self.step = "ehlo"
        if self.server.is_ehlo_or_helo_needed:
            await self.server.ehlo()

    async def logged_in(self) -> None:
        if not self.settings.smtp_starttls:
            raise SMTPException("a password doesn't go over a line that anybody reads")
        await self.server.login(self.settings.smtp_username, self.settings.smtp_password)

    async def told(self) -> None:
        """Say whom it is from, whom for, and what it says."""
        utf8 = [b"SMTPUTF8", b"BODY=8BITMIME"] if self.written.utf8 else []
        await self.say("mail", b"MAIL", b"FROM:<%b>" % self.written.sender.encode(), *utf8)
        await self.say("rcpt", b"RCPT", b"TO:<%b>" % self.written.recipient.encode())
        await self.say("data", b"DATA", good=3)
        self.step = "payload"
        if self.server.protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        self.server.protocol.write(self.written.payload)

    async def say(self, step: str, *words: bytes, good: int = 2) -> None:
        self.step = step
        answer = await self.server.execute_command(*words)
        if answer.code // 100 != good:
            raise SMTPResponseException(answer.code, answer.message)

    async def the_dot(self) -> Outcome:
        """Say it, and from then on take nothing but an answer for an answer."""
        if not self.server.is_connected:
            return Outcome("deferred", "payload closed")
        self.step = "dot"
        try:
            answer = await self.server.execute_command(b".", timeout=AFTER_THE_DOT_S)
        except (SMTPException, OSError) as error:
            return Outcome("uncertain", f"dot {type(error).__name__}")
        self.step = "done"
        return ended(answer.code)

    def leave(self) -> None:
        """Say goodbye where the server listens to that, and wait for nothing."""
        protocol, transport = self.server.protocol, self.server.transport
        listens = self.server.is_connected and self.step not in {"payload", "dot"}
        if protocol and listens:
            with suppress(SMTPException):
                protocol.write(b"QUIT\r\n")
        self.server.close()
        if isinstance(transport, asyncio.WriteTransport) and not listens:
            transport.abort()
