"""A server that refuses EHLO is greeted by HELO, which offers nothing: no encryption, no login."""

import asyncio
import ssl
from dataclasses import replace

import pytest
from aiosmtpd.smtp import SMTP
from tests.notifications.channels.test_channels import MAIL, Record, settings
from tests.notifications.channels.test_lines import OFFERS, Post, certified, without
from tests.notifications.channels.test_unasked import played, verbs
from tests.notifications.support.scripted import DROPS, playing

from notifications.channels import Outcome, hand_over
from shared.people.sealing import Addressee

__all__ = ["certified"]
LOGIN = {"smtp_starttls": True, "smtp_username": "us", "smtp_password": "secret"}


@pytest.mark.parametrize("code", [500, 501, 502, 504, 550])
async def test_a_server_that_refuses_ehlo_is_greeted_by_helo(code: int) -> None:
    found, server = await played({"EHLO": f"{code} what"})

    assert found == Outcome("accepted", "data 250")
    assert verbs(server) == ["EHLO", "HELO", "MAIL", "RCPT", "DATA", ".", "QUIT"]
    assert server.said[1:3] == ["HELO example.se", "MAIL FROM:<post@example.se>"]


@pytest.mark.parametrize("answer", ["421 later", "450 later", "503 what", "521 no", "554 no"])
async def test_another_no_to_ehlo_isnt_about_the_word(answer: str) -> None:
    found, server = await played({"EHLO": answer})

    assert (found.result, found.why, found.pause_all) == ("deferred", f"ehlo {answer[:3]}", True)
    assert "HELO" not in verbs(server)


@pytest.mark.parametrize("words", ["5.7.1 no", "your IP is blocked", "bad HELO", "try again later"])
async def test_a_no_to_us_isnt_talked_round_by_helo(words: str) -> None:
    found, server = await played({"EHLO": f"550 {words}"})

    assert (found.result, found.alarm, found.pause_all) == ("deferred", "refuses_us", True)
    assert verbs(server) == ["EHLO", "QUIT"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("502 what", without("helo 502", "refuses_us")),
        ("450 later", Outcome("deferred", "helo 450", pause_all=True)),
        (DROPS, Outcome("deferred", "helo SMTPServerDisconnected", pause_all=True)),
        ("250 here\r\n250 yes", without("helo Unasked", "answers_unasked")),
    ],
)
async def test_a_server_that_refuses_helo_too_hears_of_nobody(
    answer: str, expected: Outcome
) -> None:
    found, server = await played({"EHLO": "502 what", "HELO": answer})

    assert found == expected
    assert "MAIL" not in verbs(server)


async def test_helo_offers_no_encryption_and_so_where_it_is_demanded_nobody_is_named() -> None:
    found, server = await played({"EHLO": "502 what"}, smtp_starttls=True)

    assert found == without("starttls NotOfferedToHelo", "without_tls")
    assert verbs(server) == ["EHLO", "HELO", "QUIT"]


async def test_on_an_encrypted_line_helo_will_do(certified: ssl.SSLContext) -> None:
    found, server = await played(OFFERS | {"TLS EHLO": "502 what"}, certified, smtp_starttls=True)

    assert found == Outcome("accepted", "data 250")
    assert verbs(server)[:5] == ["EHLO", "STARTTLS", "EHLO", "HELO", "MAIL"]


@pytest.mark.parametrize(
    ("ehlo", "why"), [("502 what", "login NotOfferedToHelo"), ("250 here", "login NotOffered")]
)
async def test_who_has_to_log_in_and_isnt_offered_to_names_nobody(
    ehlo: str, why: str, certified: ssl.SSLContext
) -> None:
    found, server = await played(OFFERS | {"TLS EHLO": ehlo}, certified, **LOGIN)

    assert found == without(why, "refuses_login")
    assert "MAIL" not in verbs(server)


async def test_after_helo_nobody_knows_whether_the_server_takes_other_letters() -> None:
    mail = replace(MAIL, to=Addressee(name="Åsa", address="åsa@example.se"))
    async with playing({"EHLO": "502 what"}) as server:
        found = await hand_over(mail, settings(server.port), Record().note)

    assert found == Outcome("deferred", "helo smtputf8")


class Old(SMTP):
    """A real server from before 1995."""

    async def smtp_EHLO(self, _: str) -> None:  # noqa: N802 - aiosmtpd's
        await self.push("500 Command unrecognized")


async def test_a_real_server_that_knows_helo_alone_takes_it() -> None:
    post = Post()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Old(post), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found = await hand_over(MAIL, settings(port), Record().note)
    server.close()
    await server.wait_closed()

    assert found == Outcome("accepted", "data 250")
    assert [envelope.rcpt_tos for envelope in post.taken] == [["asa@example.se"]]
