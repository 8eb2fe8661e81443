"""A mail server that keeps what it takes: a process of its own that delivers into a Maildir.

`python -m jobbpakten_local.parts.mail 2525 folder` is that process.
"""

import asyncio
import mailbox
import os
import random
import re
import socket
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session

from jobbpakten_local.parts import Unavailable, processes, say, source

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)  # below those of outgoing connections, which could take ours
DEFAULT_PORT = 25
START_S = 60
SEVERAL = re.compile(r": \d+ ")


@dataclass(frozen=True)
class Server(processes.Embedded):
    """The embedded server: always on the same folder and the same port."""

    port: int

    def start(self) -> None:
        command = (sys.executable, "-m", __spec__.name, str(self.port), self.folder / "Maildir")
        self.run(*command, ready=lambda: greets(HOST, self.port), limit_s=START_S)


@dataclass(frozen=True)
class Post:
    """A mail server, wherever it is; only the embedded one shows what it took."""

    host: str
    port: int
    server: Server | None = None

    def messages(self) -> list[EmailMessage]:
        """Give every mail that was taken, the oldest first."""
        taken = (self.embedded.folder / "Maildir/new").glob("*")
        found = sorted(taken, key=lambda file: (file.stat().st_mtime_ns, file.name))
        return [message_from_bytes(one.read_bytes(), policy=policy.default) for one in found]

    @property
    def embedded(self) -> Server:
        if self.server is None:
            raise Unavailable("only the embedded mail server shows its mails: unset SMTP_URL")
        return self.server


def by_kind(mails: Iterable[EmailMessage]) -> Counter[str]:
    """Count mails by what they are; which notice is in one stands nowhere but in its words."""
    return Counter(kind_of(mail) for mail in mails)


def kind_of(mail: EmailMessage) -> str:
    if SEVERAL.search(str(mail["Subject"])):
        return "several messages"
    words = mail.get_body(("plain",))
    return "a task" if words and "/t/" in words.get_content() else "a message"


@contextmanager
def started(folder: Path) -> Iterator[Post]:
    """Give a mail server; an embedded one keeps its mails in the folder and ends with the block."""
    taken, why = source("SMTP_URL")
    if taken == "given":
        yield given(why)
        return
    if taken == "docker":
        why = f"there is no container for it, even though {why}"
    with processes.owned(folder) as ours:
        say(f"Mail: embedded in {folder}, because {why}")
        yield embedded(ours)


def given(why: str) -> Post:
    parts = urlsplit(os.environ["SMTP_URL"])
    try:
        host, port = parts.hostname or "", parts.port or DEFAULT_PORT
    except ValueError:
        host = ""
    if parts.scheme != "smtp" or not host:
        raise Unavailable("SMTP_URL isn't like smtp://localhost:2525: correct or unset it")
    if not greets(host, port):
        raise Unavailable(f"no mail server greets at {host}:{port}: start it, or unset SMTP_URL")
    say(f"Mail: {host}:{port}, because {why}")
    return Post(host, port)


def embedded(ours: processes.Processes) -> Post:
    ours.folder.mkdir(exist_ok=True)
    mailbox.Maildir(ours.folder / "Maildir", create=True)
    server = Server(ours, free_port())
    server.start()
    return Post(HOST, server.port, server)


def free_port() -> int:
    return next(port for port in random.sample(PORTS, 50) if is_free(port))


def is_free(port: int) -> bool:
    with suppress(OSError), socket.socket() as line:
        line.bind((HOST, port))
        return True
    return False


def greets(host: str, port: int) -> bool:
    """Tell whether a mail server answers there: an open port alone may be anybody's."""
    with suppress(OSError), socket.create_connection((host, port), timeout=5) as line:
        return line.recv(3) == b"220"
    return False


class Delivery:
    """Puts each mail into the Maildir, as it came, before it says yes."""

    def __init__(self, folder: Path) -> None:
        self.maildir = mailbox.Maildir(folder, create=True)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.maildir.add(envelope.original_content or b"")
        return "250 taken"


async def serve(port: int, folder: Path) -> None:
    delivery = Delivery(folder)

    def made() -> SMTP:
        return SMTP(delivery, hostname="localhost", enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(made, HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
