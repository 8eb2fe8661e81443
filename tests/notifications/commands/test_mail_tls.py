"""A mail server over TLS: each thing amiss is said once, with its cure, and mails wait for it."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from tests.notifications.conftest import later, running
from tests.notifications.support.histories import UNIT, Story
from tests.notifications.support.servers import Server

from jobbpakten_local.parts.certificates import Authority
from shared import logs

WORD = "a-word-of-the-mail-server"


@dataclass
class Relay:
    """A mail server as municipalities have one: STARTTLS, a login, a certificate of its own."""

    folder: Path
    post: Server = field(default_factory=Server)
    word: str = WORD
    tls: ssl.SSLContext | None = None

    def shows(self, authority: Authority, *hosts: str, expired: bool = False) -> None:
        """Show this certificate to whoever connects from now on."""
        files = authority.sign("mail", *hosts, expired=expired).write(self.folder, "mail")
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(files.certificate, files.key)

    def made(self) -> SMTP:
        login = {"authenticator": self.let_in, "auth_required": True}
        return SMTP(self.post, tls_context=self.tls, require_starttls=True, **login)  # type: ignore[arg-type]

    def let_in(self, *said: Any) -> AuthResult:
        *_, data = said
        right = (data.login, data.password) == (b"us", self.word.encode())
        return AuthResult(success=right, handled=False)


@asynccontextmanager
async def listening(relay: Relay) -> AsyncIterator[None]:
    server = await asyncio.get_running_loop().create_server(relay.made, "127.0.0.1", 0)
    relay.post.port = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class Amiss:
    """One thing amiss: how it comes about, how it is mended, and what the log says of it."""

    broken: Callable[[Relay, Authority], None]
    mended: Callable[[Relay, Authority], None]
    event: str
    cause: str
    cure: str


def trusts(relay: Relay, authority: Authority) -> None:
    authority.write(relay.folder)


def trusts_another(relay: Relay, _: Authority) -> None:
    Authority("Somebody else").write(relay.folder)


def trusts_nobody(relay: Relay, _: Authority) -> None:
    (relay.folder / "ca.crt").unlink()


def other_host(relay: Relay, authority: Authority) -> None:
    relay.shows(authority, "mail.municipality.se")


def expired(relay: Relay, authority: Authority) -> None:
    relay.shows(authority, expired=True)


def right_host(relay: Relay, authority: Authority) -> None:
    relay.shows(authority)


def wrong_word(relay: Relay, _: Authority) -> None:
    (relay.folder / "word").write_text("another-word\n")


def right_word(relay: Relay, _: Authority) -> None:
    (relay.folder / "word").write_text(f"{WORD}\n")


TLS, CA = "mail_server_without_tls", "NOTIFICATIONS_SMTP_CA_FILE"
CASES = {
    "wrong authority": Amiss(
        trusts_another, trusts, TLS, "an authority that we don't know: put", CA
    ),
    "no authority": Amiss(trusts_nobody, trusts, TLS, "ca.crt holds no certificates", CA),
    "another host": Amiss(
        other_host, right_host, TLS, "another host's: set NOTIFICATIONS_SMTP_HOST", "its cert"
    ),
    "expired": Amiss(expired, right_host, TLS, "certificate has expired", "its certificate"),
    "wrong password": Amiss(
        wrong_word, right_word, "mail_server_refuses_login", "login 535", "SMTP_PASSWORD"
    ),
}


@pytest.mark.parametrize("amiss", [pytest.param(one, id=name) for name, one in CASES.items()])
@pytest.mark.parametrize("strict", [True, False])
async def test_what_is_amiss_is_said_once_and_all_mails_go_when_it_is_mended(
    database: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    amiss: Amiss,
    strict: bool,
) -> None:
    authority, relay = Authority(strict=strict), Relay(tmp_path)
    for each in (trusts, right_host, right_word, amiss.broken):
        each(relay, authority)
    monkeypatch.setenv("NOTIFICATIONS_SMTP_PASSWORD_FILE", str(tmp_path / "word"))
    own: dict[str, Any] = {
        "smtp_starttls": True,
        "smtp_username": "us",
        "smtp_ca_file": str(tmp_path / "ca.crt"),
    }
    url = database("notifications")
    async with listening(relay), running(url, relay.post, **own) as service:
        logs.configure("notifications", "debug")
        for number in range(3):
            address = f"{number}@example.se"
            await service.knows("vetting_officer", UNIT, name="Bo", address=address)
        await service.hears(Story().applied)
        for minutes in range(4):  # a mail is tried, then all wait; and so on
            later(monkeypatch, minutes=10 * minutes)
            service.sender.paused_until = 0.0
            await service.sends()
        assert {mail.state for mail in await service.mails()} == {"waiting"}
        assert sum(mail.tries for mail in await service.mails()) > 3
        found = errors(capsys.readouterr().out)
        assert len(found) == 1, found
        (line,) = found
        assert line["event"] == amiss.event
        assert line["at"] == f"127.0.0.1:{relay.post.port}"
        assert amiss.cause in line["reason"]
        assert amiss.cure in line["reason"]
        assert WORD not in str(line)

        amiss.mended(relay, authority)
        later(monkeypatch, minutes=24 * 60)
        service.sender.paused_until = 0.0
        await service.sends()
        assert {mail.state for mail in await service.mails()} == {"accepted"}
        assert sorted(relay.post.to) == [f"{number}@example.se" for number in range(3)]
        assert errors(capsys.readouterr().out) == []


async def test_what_comes_again_is_said_again(
    database: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    authority, relay = Authority(), Relay(tmp_path)
    trusts(relay, authority)
    own: dict[str, Any] = {"smtp_starttls": True, "smtp_username": "us", "smtp_password": WORD}
    own |= {"smtp_ca_file": str(tmp_path / "ca.crt")}
    url = database("notifications")
    async with listening(relay), running(url, relay.post, **own) as service:
        logs.configure("notifications", "debug")
        await service.knows("vetting_officer", UNIT, name="Bo", address="bo@example.se")
        for day, (each, said) in enumerate([(expired, 1), (right_host, 0), (other_host, 1)], 1):
            each(relay, authority)
            await service.hears(Story().applied)
            later(monkeypatch, minutes=24 * 60 * day)
            service.sender.paused_until = 0.0
            await service.sends()
            assert len(errors(capsys.readouterr().out)) == said


def errors(written: str) -> list[dict[str, Any]]:
    """Give what our side says; the server in the test's process says of the same what it likes."""
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    return [one for one in lines if one["level"] == "error" and one["event"].startswith("mail_")]
