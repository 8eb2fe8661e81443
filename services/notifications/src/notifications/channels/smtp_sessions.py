"""One mail's session with one server, which knows at every moment how far it came."""

import asyncio
from contextlib import suppress
from typing import Any

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException

from notifications.channels.mime_messages import Letter
from notifications.channels.smtp_blames import blamed
from notifications.channels.smtp_lines import Line, Unasked, as_it_writes, connect
from notifications.channels.smtp_replies import Outcome, answered, broken
from shared.edges.tls import TlsAmiss, TlsFiles

STEP_S = 20.0
BEFORE_DATA_S = 25.0  # a server that answers a byte a second is as good as none
# RFC 5321 4.5.3.2.6 lets a server think for ten minutes here; a try has to end within its lease.
DATA_S = 30.0
# RFC 5321 4.1.1.1, 4.1.4, 4.3.2: what servers say to EHLO that know, or want, HELO alone.
ONLY_HELO = {500, 501, 502, 504, 550}


class NotOffered(SMTPException):
    """The settings demand what this server doesn't offer."""


class NotOfferedToHelo(NotOffered):
    """It took HELO alone, and so offers nothing at all."""


class OpenLine(SMTPException):
    """A password doesn't go over a line that anybody reads."""


class Session:
    """The step that was begun last stands in `step`."""

    def __init__(self, settings: Any, written: Letter) -> None:
        self.settings, self.written = settings, written
        self.step = "connect"
        self.line = Line(asyncio.get_running_loop(), lambda _: self.server.close())
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
                    return self.without_other_letters()
                await self.addressed()
        except SMTPResponseException as error:
            return answered(self.step, error.code, error.message)
        except (SMTPException, OSError, TimeoutError, TlsAmiss) as error:
            return broken(self.step, error)
        return self.closed()

    def closed(self) -> Outcome | None:
        """Return what becomes of a mail if the server left, or can't be trusted, before DATA."""
        if self.line.unasked and not self.line.has_left:
            return broken(self.step, Unasked(self.step))
        if self.line.has_left or not self.server.is_connected:
            return Outcome("deferred", "data closed")
        return None

    async def introduced(self) -> None:
        """Connect, and have the line encrypted and ourselves known if the settings say so."""
        where = self.settings.smtp_host, self.settings.smtp_port
        await connect(self.server, self.line, *where)
        await self.greeted()
        if self.settings.smtp_starttls:
            self.step = "starttls"
            self.demand("starttls")
            # Read anew for each mail: the file may have been replaced.
            trusted = TlsFiles(ca=self.settings.smtp_ca_file)
            await self.server.starttls(tls_context=await asyncio.to_thread(trusted.context))
            await self.greeted()
        if self.settings.smtp_username:
            self.step = "login"
            await self.logged_in()

    async def greeted(self) -> None:
        """Say who we are: by HELO, which offers nothing, where EHLO isn't known."""
        self.step = "ehlo"
        try:
            await self.server.ehlo()
        except SMTPHeloError as error:
            about_us = blamed(self.step, error.code, error.message) in {"us", "later"}
            if error.code not in ONLY_HELO or about_us:
                raise
            self.step = "helo"
            await self.server.helo()

    def demand(self, extension: str) -> None:
        if not self.server.supports_extension(extension):
            kind = NotOffered if self.server.supports_esmtp else NotOfferedToHelo
            raise kind(extension)

    async def logged_in(self) -> None:
        if not self.settings.smtp_starttls:
            raise OpenLine("login")
        self.demand("auth")
        password = self.settings.current("smtp_password")
        await self.server.login(self.settings.smtp_username, password)

    def without_other_letters(self) -> Outcome:
        """End what this server can't take; while it takes HELO alone that isn't known."""
        if self.server.supports_esmtp:
            return Outcome("unsendable", "smtputf8")
        return Outcome("deferred", "helo smtputf8")

    async def addressed(self) -> None:
        """Say whom it is from, and whom for."""
        options = ["SMTPUTF8", "BODY=8BITMIME"] if self.written.utf8 else []
        self.step = "mail"
        await self.server.mail(self.written.sender, options=options, encoding="utf-8")
        self.step = "rcpt"
        await self.server.rcpt(self.written.recipient, encoding="utf-8")

    async def data(self) -> Outcome:
        """Say what it says, and from then on take nothing but an answer for an answer."""
        if closed := self.closed():
            return closed
        self.step = "data"
        try:
            async with asyncio.timeout(DATA_S):
                await self.server.data(self.written.message, timeout=None)
        except SMTPResponseException as error:
            return answered(self.step, error.code, error.message)
        except (SMTPException, OSError, TimeoutError) as error:
            return broken(self.step, error)
        self.step = "done"
        return Outcome("accepted", "data 250")

    def leave(self) -> None:
        """Say goodbye where the server listens to that, and wait for nothing."""
        transport = self.server.transport
        listens = self.server.is_connected and self.step != "data" and not self.line.unasked
        if listens:
            with suppress(SMTPException):
                self.line.write(b"QUIT\r\n")
        self.server.close()
        if transport and not listens:
            as_it_writes(transport).abort()
