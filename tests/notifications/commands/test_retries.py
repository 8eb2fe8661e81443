"""What isn't taken: tried again for a day, given up, and then told by the staff."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.notifications.conftest import Notifications, later, running
from tests.notifications.support.histories import UNIT, Story
from tests.notifications.support.senders import one_task
from tests.notifications.support.servers import Server

import notifications.commands.parts
from notifications.rules.retries import next_try


def test_a_mail_is_tried_again_later_and_later_for_a_day() -> None:
    first = now = datetime(2026, 3, 2, tzinfo=UTC)
    waits: list[int] = []
    while again := next_try(first, len(waits) + 1, now):
        waits.append(int((again - now) / timedelta(minutes=1)))
        now = again
    assert waits == [1, 5, 15, 60, 240, 240, 240, 240, 240, 159]
    assert now - first == timedelta(hours=24)


def test_a_mail_whose_last_try_came_late_is_not_tried_again() -> None:
    first = datetime(2026, 3, 2, tzinfo=UTC)
    assert next_try(first, 3, first + timedelta(hours=30)) is None


@pytest.mark.parametrize(
    ("answer", "state", "told"),
    [
        ("250 taken", "sent", "notice.sent.v1"),
        ("452 no room", "waiting", None),
        ("554 never", "waiting", None),
        ("550 5.1.1 never", "failed", "notice.failed.v1"),
    ],
)
async def test_the_servers_answer_decides(
    service: Notifications, server: Server, answer: str, state: str, told: str | None
) -> None:
    server.answers = [answer]
    await one_task(service)
    await service.sends()
    assert [row.split()[-1] for row in await service.states() if "check" in row] == [state]
    assert (told is None) == (len(await service.told()) == 1)
    assert told is None or told in await service.told()


async def test_a_deferred_mail_goes_when_its_time_has_come(
    service: Notifications, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers = ["452 no room"]
    await one_task(service)
    await service.sends()
    assert await service.sends() == []
    later(monkeypatch, minutes=1)
    assert await service.sends() == ["check_application vetting_officer"]


async def test_after_a_day_the_mail_is_given_up_and_staff_tells_it_otherwise(
    service: Notifications, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.knows("coordinator", UNIT)
    await one_task(service)
    for _ in range(10):
        server.answers = ["452 no room"]
        await service.sends()
        later(monkeypatch, hours=5)
    (failed,) = [e for e in await service.told_in_full() if e["kind"] == "notice.failed.v1"]
    assert failed["ground"] == "given_up"
    assert (await service.sends())[-1] == "tell_her_yourself coordinator"


async def test_a_server_that_relays_nothing_for_a_while_loses_no_mail(
    service: Notifications, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.knows("coordinator", UNIT)
    await one_task(service)
    server.policy = "554 5.7.1 <vetting_officer@example.se>: Relay access denied"
    await service.sends()
    (mail,) = await service.mails()
    assert (mail.state, mail.why) == ("waiting", "rcpt 554 5.7.1")
    server.policy = ""
    later(monkeypatch, minutes=1)
    assert await service.sends() == ["check_application vetting_officer"]


async def test_a_server_that_relays_nothing_for_a_day_is_given_up(
    service: Notifications, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one_task(service)
    server.policy = "550 5.7.64 TenantAttribution; Relay Access Denied"
    for _ in range(10):
        await service.sends()
        later(monkeypatch, hours=5)
    (failed,) = [e for e in await service.told_in_full() if e["kind"] == "notice.failed.v1"]
    assert failed["ground"] == "given_up"


async def test_a_refused_mail_is_told_by_the_staff_once_nobody_else_has_it(
    service: Notifications, server: Server
) -> None:
    story = Story()
    await service.knows("coordinator", UNIT)
    for name in ("one", "two"):
        await service.knows("signatory", story.organisation, address=f"{name}@example.se")
    await service.hears(story.applied, story.shared)
    await service.do_what_is_due()
    server.answers = ["550 5.1.1 never"]
    await service.sends()
    assert "sign_agreement one" in server.kinds or "sign_agreement two" in server.kinds
    assert "tell_her_yourself coordinator" not in [k for k in server.kinds if "sign" in k]


async def test_a_server_that_takes_nobodys_mail_is_left_in_peace(
    service: Notifications, server: Server
) -> None:
    for name in ("one", "two", "three"):
        await service.knows("vetting_officer", UNIT, address=f"{name}@example.se")
    server.answers = ["451 busy"]
    await service.hears(Story().applied)
    assert await service.sends() == []
    assert await service.sends() == []
    assert sorted(mail.tries for mail in await service.mails()) == [0, 0, 1]
    service.sender.paused_until = 0.0
    assert len(await service.sends()) == 2


async def test_without_a_mail_server_everything_waits(database: Callable[[str], str]) -> None:
    async with running(database("notifications"), Server(port=1)) as service:
        await one_task(service)
        await service.sends()
        (mail,) = await service.mails()
        assert (mail.state, mail.tries) == ("waiting", 1)
        assert service.sender.paused_until > 0


async def test_mails_that_cannot_be_written_fail_and_keep_no_other_from_going(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError

    await one_task(service)
    with monkeypatch.context() as patch:
        patch.setattr(notifications.commands.parts, "render", broken)
        await service.sends()
    (failed,) = [e for e in await service.told_in_full() if e["kind"] == "notice.failed.v1"]
    assert failed["ground"] == "unsendable"
