"""One mail's session with one server, which knows at every moment how far it came."""

import asyncio
from contextlib import suppress
from typing import Any

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from notifications.channels.mime_messages import Letter
from notifications.channels.smtp_replies import Outcome, answered, broken

STEP_S = 20.0
BEFORE_DATA_S = 25.0  # a server that answers a byte a second is as good as none
# RFC 5321 4.5.3.2.6 lets a server think for ten minutes here; a try has to end within its lease.
DATA_S = 30.0


class Session:
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

    async def before_data(self) -> Outcome | None:
        """Say all but what it says; return what became of it if it ends before that."""
        try:
            async with asyncio.timeout(BEFORE_DATA_S):
                await self.introduced()
                if self.written.utf8 and not self.server.supports_extension("smtputf8"):
                    return Outcome("unsendable", "smtputf8")
                await self.addressed()
        except SMTPResponseException as error:
            return answered(self.step, error.code, error.message)
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

    async def addressed(self) -> None:
        """Say whom it is from, and whom for."""
        options = ["SMTPUTF8", "BODY=8BITMIME"] if self.written.utf8 else []
        self.step = "mail"
        await self.server.mail(self.written.sender, options=options, encoding="utf-8")
        self.step = "rcpt"
        await self.server.rcpt(self.written.recipient, encoding="utf-8")

    async def data(self) -> Outcome:
        """Say what it says, and from then on take nothing but an answer for an answer."""
        if not self.server.is_connected:
            return Outcome("deferred", "data closed")
        self.step = "data"
        try:
            async with asyncio.timeout(DATA_S):
                await self.server.data(self.written.message, timeout=None)
        except SMTPResponseException as error:
            return answered(self.step, error.code, error.message)
        except (SMTPException, OSError, TimeoutError) as error:
            return Outcome("uncertain", f"data {type(error).__name__}")
        self.step = "done"
        return Outcome("accepted", "data 250")

    def leave(self) -> None:
        """Say goodbye where the server listens to that, and wait for nothing."""
        protocol, transport = self.server.protocol, self.server.transport
        listens = self.server.is_connected and self.step != "data"
        if protocol and listens:
            with suppress(SMTPException):
                protocol.write(b"QUIT\r\n")
        self.server.close()
        if isinstance(transport, asyncio.WriteTransport) and not listens:
            transport.abort()
