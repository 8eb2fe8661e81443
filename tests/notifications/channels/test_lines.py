"""The line to the mail server: encrypted where that is asked for, never less; and a real server."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.notifications.channels.test_channels import MAIL, Record, settings
from tests.notifications.support.scripted import playing

from notifications.channels import Outcome, hand_over
from notifications.channels.alarms import Alarm
from shared.time import clock

OFFERS = {"EHLO": "250-here\r\n250 STARTTLS"}


def without(why: str, alarm: Alarm) -> Outcome:
    return Outcome("deferred", why, pause_all=True, alarm=alarm)


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Give a server's side of TLS whose certificate this machine trusts."""
    file = tmp_path / "certificate.pem"
    context = with_certificate(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context


def with_certificate(file: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    own = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(certificate.public_bytes(pem))
    file.with_suffix(".key").write_bytes(own)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, file.with_suffix(".key"))
    return context


async def test_the_line_is_encrypted_before_anybody_is_named(certified: ssl.SSLContext) -> None:
    async with playing(OFFERS, certified) as server:
        found = await hand_over(MAIL, settings(server.port, smtp_starttls=True), Record().note)

    assert found == Outcome("accepted", "data 250")
    assert [line.split()[0] for line in server.said[:4]] == ["EHLO", "STARTTLS", "EHLO", "MAIL"]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ({}, "NotOffered"),
        ({"EHLO": "502 what"}, "NotOfferedToHelo"),
        (OFFERS | {"STARTTLS": "454 not now"}, "454"),
        (OFFERS | {"STARTTLS": "502 what"}, "502"),
        (OFFERS | {"STARTTLS": "554 your IP is blocked"}, "554"),
    ],
)
async def test_a_server_without_encryption_hears_of_nobody(
    script: dict[str, str], why: str
) -> None:
    async with playing(script) as server:
        found = await hand_over(MAIL, settings(server.port, smtp_starttls=True), Record().note)

    assert found == without(f"starttls {why}", "without_tls")
    assert not [line for line in server.said if line.startswith(("MAIL", "RCPT"))]


async def test_a_certificate_that_nobody_vouches_for_ends_it(tmp_path: Path) -> None:
    async with playing(OFFERS, with_certificate(tmp_path / "own.pem")) as server:
        found = await hand_over(MAIL, settings(server.port, smtp_starttls=True), Record().note)

    assert found == without("starttls SSLCertVerificationError", "without_tls")
    assert not [line for line in server.said if line.startswith(("MAIL", "RCPT"))]


async def test_a_password_never_goes_over_an_open_line() -> None:
    script = {"EHLO": "250-here\r\n250 AUTH PLAIN"}
    async with playing(script) as server:
        ours = settings(server.port, smtp_username="us", smtp_password="secret")
        found = await hand_over(MAIL, ours, Record().note)

    assert found == without("login OpenLine", "refuses_login")
    assert not [line for line in server.said if line.startswith("AUTH")]


async def test_a_wrong_password_is_everybodys_trouble(certified: ssl.SSLContext) -> None:
    script = {"EHLO": "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN", "AUTH": "535 no"}
    async with playing(script, certified) as server:
        ours = settings(server.port, smtp_starttls=True, smtp_username="us", smtp_password="secret")
        found = await hand_over(MAIL, ours, Record().note)

    assert found == without("login 535", "refuses_login")


class Post:
    """Takes every mail."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(self, _: Any, __: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        self.taken.append(envelope)
        return "250 taken"


@asynccontextmanager
async def real_server(tls: ssl.SSLContext) -> AsyncIterator[tuple[Post, int]]:
    post = Post()

    def let_in(_: Any, __: Any, ___: Any, ____: Any, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"us", b"secret"))

    def made() -> SMTP:
        return SMTP(
            post,
            tls_context=tls,
            require_starttls=True,
            authenticator=let_in,
            auth_required=True,
            enable_SMTPUTF8=True,
        )

    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    try:
        yield post, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def test_a_real_server_takes_it_encrypted_and_logged_in(certified: ssl.SSLContext) -> None:
    async with real_server(certified) as (post, port):
        ours = settings(port, smtp_starttls=True, smtp_username="us", smtp_password="secret")
        found = await hand_over(MAIL, ours, Record().note)

    [envelope] = post.taken
    assert found == Outcome("accepted", "data 250")
    assert (envelope.mail_from, envelope.rcpt_tos) == ("post@example.se", ["asa@example.se"])
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["To"].addresses[0].display_name == "Åsa Öberg"
    assert next(message.walk()).get_content_type() == "multipart/alternative"
