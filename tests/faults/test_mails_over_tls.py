"""Mails over STARTTLS on uvloop, for an hour with `--minutes=60`: nothing stays open behind them.

A mail is a new connection; transports that are upgraded and broken off are where libraries leaked.
"""

import asyncio
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import uvloop
from aiosmtpd.smtp import SMTP, Envelope
from tests.notifications.channels.test_channels import MAIL, Record, settings
from tests.support.eventually import eventually

from jobbpakten_local.parts.certificates import Authority
from notifications.channels import hand_over
from notifications.channels.smtp_lines import as_it_writes

SHORT_S = 5.0
AT_ONCE = 5
SPARE = 3  # a resolver's socket, a log file: what comes and goes by itself


class Post:
    """Takes every second mail, and breaks the line off in the midst of the others."""

    def __init__(self) -> None:
        self.taken = self.broken = 0

    async def handle_DATA(self, server: SMTP, _: Any, __: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        if self.taken > self.broken:
            self.broken += 1
            assert server.transport, "it is connected"
            as_it_writes(server.transport).abort()
        else:
            self.taken += 1
        return "250 taken"


def side_of(folder: Path, authority: Authority, *hosts: str) -> ssl.SSLContext:
    """Give a server's side of TLS."""
    files = authority.sign("server", *hosts).write(folder, hosts[0])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    return context


@asynccontextmanager
async def served(post: Post, tls: ssl.SSLContext) -> AsyncIterator[int]:
    def made() -> SMTP:
        return SMTP(post, hostname="here", tls_context=tls, require_starttls=True)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(made, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def soak(right: int, wrong: int, seconds: float) -> tuple[int, int, int]:
    """Send mails for so long; give how many, and how many descriptors were open before and after.

    Of every six one goes to a server whose certificate is another host's.
    """
    ours = [settings(port, smtp_starttls=True) for port in (right,) * AT_ONCE + (wrong,)]
    us, sent = psutil.Process(), 0

    async def round_of_mails() -> None:
        await asyncio.gather(*(hand_over(MAIL, one, Record().note) for one in ours))

    async def quiet() -> int:
        assert len(asyncio.all_tasks()) == tasks
        return int(us.num_fds())

    tasks = len(asyncio.all_tasks())
    for _ in range(5):
        await round_of_mails()
    before, until = await eventually(quiet), time.monotonic() + seconds
    while time.monotonic() < until:
        await round_of_mails()
        sent += len(ours)

    async def as_before() -> int:
        open_now: int = await quiet()
        assert open_now <= before + SPARE, f"{open_now} descriptors after {sent} mails"
        return open_now

    return sent, before, await eventually(as_before)


@pytest.fixture
def post_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Post, int, int]]:
    """Give the mail servers' post and their ports: one is who it says, one is another host."""
    authority, post = Authority(), Post()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.write(tmp_path)))
    ports, listen, over = list[int](), threading.Event(), threading.Event()

    async def open_until_over() -> None:
        here, elsewhere = (side_of(tmp_path, authority, at) for at in ("127.0.0.1", "10.0.0.1"))
        async with served(post, here) as right, served(post, elsewhere) as wrong:
            ports.extend((right, wrong))
            listen.set()
            await asyncio.to_thread(over.wait)

    with ThreadPoolExecutor(1) as thread:
        serving = thread.submit(asyncio.run, open_until_over())
        listen.wait()
        yield post, ports[0], ports[1]
        over.set()
        serving.result()


def test_mails_over_starttls_leave_nothing_open(
    post_office: tuple[Post, int, int],
    minutes: float,
    record_property: Callable[[str, object], None],
) -> None:
    post, right, wrong = post_office
    seconds = minutes * 60 or SHORT_S

    def on_uvloop() -> tuple[int, int, int]:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(soak(right, wrong, seconds))

    with ThreadPoolExecutor(1) as thread:
        sent, before, after = thread.submit(on_uvloop).result()
    said = f"{sent} mails in {seconds:.0f} s, descriptors {before} before and {after} after"
    record_property("mails over STARTTLS", said)
    assert sent > 50
    assert min(post.taken, post.broken) > sent // 4, "some were taken and some were broken off"
