"""What doesn't pass by itself: the mail waits or is uncertain, and operations hear of it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prometheus_client import REGISTRY
from tests.notifications.conftest import Notifications, later, running
from tests.notifications.support.histories import UNIT, Story
from tests.notifications.support.scripted import playing
from tests.notifications.support.servers import Server

from notifications.channels.alarms import ADVICE
from shared import logs

NAME, ADDRESS = "Kanariefågel Törnskata", "kanarie.torn@example.se"
TOLD_OF = [NAME, "Törnskata", ADDRESS, "kanarie"]
# Where it is said, what is said there, what stands in our list, which alarm it raises.
REFUSALS = [
    ("GREETING", f"554 5.7.1 no {ADDRESS}", "connect 554 5.7.1", "refuses_us"),
    ("EHLO", f"550 {ADDRESS}: your IP is on a block list", "ehlo 550", "refuses_us"),
    ("MAIL", "550 5.1.8 no such domain", "mail 550 5.1.8", "refuses_us"),
    ("MAIL", "421 4.7.28 rate limit", "mail 421 4.7.28", "refuses_us"),
    ("RCPT", f"550 <{ADDRESS}>: SPF failed", "rcpt 550", "refuses_us"),
    ("RCPT", f"550 5.7.1 <{ADDRESS}>: Relay access denied", "rcpt 550 5.7.1", "refuses_us"),
    ("RCPT", "550 try again later", "rcpt 550", "refuses_us"),
    ("RCPT", "530 who are you", "rcpt 530", "refuses_login"),
    ("DATA", f"554 no DKIM for {ADDRESS}", "data 554", "refuses_us"),
    (".", "550 5.7.26 DMARC", "data 550 5.7.26", "refuses_us"),
    (".", f"550 bad reputation, {ADDRESS}", "data 550", "refuses_us"),
    ("RCPT", f"250 yes\r\n250 {ADDRESS}", "rcpt Unasked", "answers_unasked"),
]


def figure(alarm: str) -> float:
    labels = {"service": "notifications", "alarm": alarm}
    return REGISTRY.get_sample_value("mail_alarms_total", labels) or 0


@asynccontextmanager
async def with_a_task(
    url: str, script: dict[str, str], **more: Any
) -> AsyncIterator[tuple[Notifications, list[bytes]]]:
    """Run the service beside a server that follows the script, with one task to be mailed."""
    async with (
        playing(script) as scripted,
        running(url, Server(port=scripted.port), **more) as service,
    ):
        await service.knows("vetting_officer", UNIT, name=NAME, address=ADDRESS)
        await service.hears(Story().applied)
        yield service, scripted.delivered


def errors(written: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    return [line for line in lines if line["level"] == "error"]


@pytest.mark.parametrize(("verb", "answer", "why", "alarm"), REFUSALS)
async def test_a_no_to_us_raises_an_alarm_names_nobody_and_the_mail_goes_when_it_is_mended(
    database: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    verb: str,
    answer: str,
    why: str,
    alarm: str,
) -> None:
    script = {verb: answer}
    async with with_a_task(database("notifications"), script) as (service, delivered):
        logs.configure("notifications", "debug")
        before = figure(alarm)
        await service.sends()
        (mail,) = await service.mails()
        assert (mail.state, mail.tries, mail.why) == ("waiting", 1, why)
        assert await service.states() == ["check_application vetting_officer waiting"]
        metrics = (await service.http.get("/metrics")).text
        shown = f'mail_alarms_total{{alarm="{alarm}",service="notifications"}} {before + 1}'
        assert shown in metrics
        written = capsys.readouterr()
        (line,) = errors(written.out)
        assert (line["event"], line["key"]) == (f"mail_server_{alarm}", str(mail.id))
        assert line["reason"].startswith(f"{why}: ")
        seen = written.out + written.err + metrics + await service.everything()
        assert not [one for one in TOLD_OF if one in seen]
        del script[verb]
        delivered.clear()
        service.sender.paused_until = 0.0
        await service.sends()
        assert not delivered  # not before its time
        later(monkeypatch, minutes=1)
        await service.sends()
        (mail,) = await service.mails()
        assert (mail.state, len(delivered)) == ("accepted", 1)


@pytest.mark.parametrize(
    "answer", ["452 no room", "451 4.3.0 try again later", "550 5.1.1 unknown", "552 5.2.2 full"]
)
async def test_what_passes_or_is_about_her_raises_no_alarm(
    database: Callable[[str], str], capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    async with with_a_task(database("notifications"), {"RCPT": answer}) as (service, _):
        logs.configure("notifications", "debug")
        before = {alarm: figure(alarm) for alarm in ADVICE}
        await service.sends()
        assert {alarm: figure(alarm) for alarm in ADVICE} == before
        (mail,) = await service.mails()
    assert mail.state == ("failed" if "unknown" in answer else "waiting")
    assert errors(capsys.readouterr().out) == []


async def test_each_alarm_is_shown_before_it_is_raised(service: Notifications) -> None:
    metrics = (await service.http.get("/metrics")).text
    for alarm in ADVICE:
        assert f'mail_alarms_total{{alarm="{alarm}",service="notifications"}}' in metrics


@pytest.mark.parametrize("script", [{}, {"EHLO": "502 what"}])
async def test_without_the_encryption_that_is_demanded_the_log_says_why_and_what_to_do(
    database: Callable[[str], str], capsys: pytest.CaptureFixture[str], script: dict[str, str]
) -> None:
    url = database("notifications")
    async with with_a_task(url, script, smtp_starttls=True) as (service, delivered):
        logs.configure("notifications", "debug")
        before = figure("without_tls")
        await service.sends()
        (mail,) = await service.mails()
        assert (mail.state, mail.tries, delivered) == ("waiting", 1, [])
        assert figure("without_tls") == before + 1
        (line,) = errors(capsys.readouterr().out)
    assert line["event"] == "mail_server_without_tls"
    assert line["reason"].startswith(str(mail.why))
    for said in ("NOTIFICATIONS_SMTP_STARTTLS", "EHLO", "NOTIFICATIONS_SMTP_HOST"):
        assert said in line["reason"]


@pytest.mark.parametrize(
    "script",
    [
        {"DATA": "354 go on\r\n250 taken"},
        {"AFTER DATA": "250 taken"},
        {"DATA": "354 go on\r\n451 later"},
        {".": "250 taken\r\n250 taken"},
    ],
)
async def test_who_answers_the_dot_before_it_leaves_the_mail_uncertain_for_ever(
    database: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    script: dict[str, str],
) -> None:
    async with with_a_task(database("notifications"), script) as (service, delivered):
        before = figure("answers_unasked")
        await service.sends()
        assert figure("answers_unasked") == before + 1
        assert service.sender.paused_until > 0  # no other mail is to become uncertain too
        script.clear()
        delivered.clear()
        for minutes in (1, 60, 6000):
            service.sender.paused_until = 0.0
            later(monkeypatch, minutes=minutes)
            await service.sends()
        (mail,) = await service.mails()
        assert (mail.state, mail.why, delivered) == ("uncertain", "data Unasked", [])
        assert await service.states() == ["check_application vetting_officer uncertain"]
        assert await service.told() == ["notice.requested.v1", "notice.uncertain.v1"]


async def test_what_is_refused_for_a_day_by_whoever_doesnt_know_us_is_given_up(
    database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with with_a_task(database("notifications"), {".": "550 no DMARC"}) as (service, _):
        before = figure("refuses_us")
        for _again in range(10):
            await service.sends()
            later(monkeypatch, hours=5)
        (failed,) = [e for e in await service.told_in_full() if e["kind"] == "notice.failed.v1"]
        assert failed["ground"] == "given_up"
        assert figure("refuses_us") > before + 1
