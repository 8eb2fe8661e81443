"""An answer that comes before its question: none of a server's answers counts from then on."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import uvloop
from tests.notifications.channels.test_channels import (
    BRIEF_S,
    MAIL,
    STEPS,
    Record,
    outcome,
    settings,
)
from tests.notifications.channels.test_lines import OFFERS, certified
from tests.notifications.support.scripted import PLAYED, Scripted, playing, turns

from notifications.channels import Outcome, hand_over, mime_messages, smtp_lines
from notifications.templates import Rendered

__all__ = ["certified"]
BEFORE_DATA = [verb for verb in STEPS if verb != "DATA"]
BYTES = 12_000_000  # more than what a line takes in before anybody reads it


def distrusted(step: str) -> Outcome:
    result: Any = "uncertain" if step == "data" else "deferred"
    return Outcome(result, f"{step} Unasked", pause_all=True, alarm="answers_unasked")


def in_one_breath(verb: str, more: str) -> list[dict[str, str]]:
    """Script two answers to one question, in one packet and in two."""
    return [{verb: f"{PLAYED[verb]}\r\n{more}"}, {f"AFTER {verb}": more}]


def verbs(server: Scripted) -> list[str]:
    return [line.split()[0] for line in server.said]


async def played(
    script: Mapping[str, str], tls: ssl.SSLContext | None = None, **more: object
) -> tuple[Outcome, Scripted]:
    async with playing(script, tls) as server:
        found = await hand_over(MAIL, settings(server.port, **more), Record().note)
        await asyncio.gather(*server.tasks, return_exceptions=True)  # it has read all that was said
    return found, server


@pytest.mark.parametrize("packets", [1, 2])
@pytest.mark.parametrize("more", ["250 yes", "550 5.1.1 unknown", "25", "\x00", "250-and", ""])
@pytest.mark.parametrize("verb", BEFORE_DATA)
async def test_two_answers_to_one_question_defer_the_mail_and_close_the_line(
    verb: str, more: str, packets: int
) -> None:
    found, server = await played(in_one_breath(verb, more)[packets - 1])

    assert found == distrusted(STEPS[verb])
    assert verbs(server) == BEFORE_DATA[1 : BEFORE_DATA.index(verb) + 1]  # no goodbye either
    assert not server.delivered


@pytest.mark.parametrize("packets", [1, 2])
@pytest.mark.parametrize("more", ["250 taken", "554 5.7.1 no", "550 5.1.1 unknown", "451 later"])
async def test_an_answer_to_the_dot_that_comes_before_it_leaves_the_mail_uncertain(
    more: str, packets: int
) -> None:
    found = await outcome(in_one_breath("DATA", more)[packets - 1])

    assert found == (distrusted("data"), 1, 0)


async def test_before_the_message_the_server_is_listened_to_for_a_breath(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp_lines, "BREATH_S", 0)
    monkeypatch.setattr(smtp_lines, "BREATH_BEFORE_MESSAGE_S", BRIEF_S)

    found = await outcome({"LATE DATA": "250 taken"})

    assert found == (distrusted("data"), 1, 0)


@pytest.mark.parametrize("packets", [1, 2])
@pytest.mark.parametrize("answer", ["250 taken", "554 never", "550 5.1.1 unknown", "451 later"])
async def test_two_answers_to_the_dot_leave_the_mail_uncertain(answer: str, packets: int) -> None:
    script = [{".": f"{answer}\r\n250 more"}, {".": answer, "AFTER .": "250 more"}][packets - 1]

    assert await outcome(script) == (distrusted("data"), 1, 1)


@pytest.mark.parametrize("answer", ["250 taken", "552 too large", "421 we close"])
async def test_an_answer_in_the_middle_of_the_message_leaves_it_uncertain_and_unsaid(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mime_messages, "MOST_BYTES", 3 * BYTES)
    large = replace(MAIL, rendered=Rendered("Large", "Hej! " * (BYTES // 5), "<p>Hej!</p>"))

    assert await outcome({"MIDDLE": answer}, large) == (distrusted("data"), 1, 0)


async def test_what_is_injected_before_the_line_is_encrypted_ends_it(
    certified: ssl.SSLContext,
) -> None:
    script = OFFERS | {"STARTTLS": "220 go on\r\n250-evil\r\n250 AUTH PLAIN"}
    found, server = await played(script, certified, smtp_starttls=True)

    assert found == distrusted("starttls")
    assert verbs(server) == ["EHLO", "STARTTLS"]


async def test_what_is_said_unasked_on_an_encrypted_line_ends_it(
    certified: ssl.SSLContext,
) -> None:
    script = OFFERS | {"AFTER STARTTLS": "250 AUTH PLAIN"}
    found, server = await played(script, certified, smtp_starttls=True)

    assert found == distrusted("ehlo")
    assert "MAIL" not in verbs(server)


async def test_what_is_said_unasked_to_a_login_ends_it(certified: ssl.SSLContext) -> None:
    script = {"EHLO": "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN", "AUTH": "235 yes\r\n250 yes"}
    login = {"smtp_username": "us", "smtp_password": "secret"}
    found, server = await played(script, certified, smtp_starttls=True, **login)

    assert found == distrusted("login")
    assert verbs(server)[-1] == "AUTH"


@pytest.mark.parametrize(
    ("words", "expected"),
    [("250 taken", distrusted("rcpt")), ("421 we close", Outcome("deferred", "data closed"))],
)
async def test_what_is_said_while_it_is_noted_defers_the_mail(
    words: str, expected: Outcome
) -> None:
    async with playing({}) as server:

        async def meanwhile() -> None:
            await server.say(words)
            await turns()

        found = await hand_over(MAIL, settings(server.port), meanwhile)
        await asyncio.gather(*server.tasks, return_exceptions=True)

    assert found == expected
    assert verbs(server)[-1] == "RCPT"
    assert not server.delivered


async def test_a_farewell_may_come_unasked_and_takes_nothing_back() -> None:
    for script in ({".": "250 taken\r\n421 we close"}, {"AFTER .": "421 we close"}):
        assert await outcome(script) == (Outcome("accepted", "data 250"), 1, 1)
    for script in in_one_breath("RCPT", "421 we close"):
        assert await outcome(script) == (Outcome("deferred", "data closed"), 0, 0)
    for script in in_one_breath("DATA", "421 we close"):
        assert await outcome(script) == (Outcome("uncertain", "data SMTPServerDisconnected"), 1, 0)


async def test_an_answer_in_several_packets_is_one_answer() -> None:
    for script in (
        {"GREETING": "220-here", "AFTER GREETING": "220 yes"},
        {"EHLO": "250-here", "AFTER EHLO": "250 SIZE 1000"},
        {"RCPT": "250-yes", "AFTER RCPT": "250 she is"},
        {".": "250-taken", "AFTER .": "250 as 1234"},
    ):
        assert await outcome(script) == (Outcome("accepted", "data 250"), 1, 1)


UNDER_UVLOOP: list[Callable[[], Any]] = [
    test_a_farewell_may_come_unasked_and_takes_nothing_back,
    test_an_answer_in_several_packets_is_one_answer,
]


@pytest.mark.parametrize("packets", [1, 2])
@pytest.mark.parametrize("verb", STEPS)
def test_it_is_so_on_the_loop_that_services_run_on(verb: str, packets: int) -> None:
    found, _, delivered = uvloop.run(outcome(in_one_breath(verb, "250 yes")[packets - 1]))

    assert (found, delivered) == (distrusted(STEPS[verb]), 0)


@pytest.mark.parametrize("whole", UNDER_UVLOOP)
def test_what_may_be_said_may_be_said_there(whole: Callable[[], Any]) -> None:
    uvloop.run(whole())


def test_a_message_that_is_broken_off_is_not_ended_there(monkeypatch: pytest.MonkeyPatch) -> None:
    uvloop.run(
        test_an_answer_in_the_middle_of_the_message_leaves_it_uncertain_and_unsaid(
            "250 taken", monkeypatch
        )
    )
