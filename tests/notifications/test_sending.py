"""A mail is claimed, handed over and then accepted, failed or uncertain; never sent twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.notifications.conftest import Notifications, Server, later, running
from tests.notifications.histories import UNIT, Story

import notifications.clock
from notifications.channels import Outcome
from notifications.clock import send
from notifications.commands import delivery
from notifications.commands.delivery import Claimed, Overtaken
from notifications.rules.retries import next_try
from shared import clock


class Died(BaseException):
    """The process is gone."""


async def dies_at(service: Notifications, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    """Let the sender work until it dies at a crash point."""

    def crash_point(name: str) -> None:
        if name == point:
            raise Died

    with monkeypatch.context() as patch:
        patch.setattr(notifications.clock, "crash_point", crash_point)
        with pytest.raises(Died):
            await service.sends()


async def one_task(service: Notifications) -> Story:
    story = Story()
    await service.knows("vetting_officer", UNIT)
    await service.hears(story.applied)
    return story


async def state_of_mail(service: Notifications) -> str:
    (mail,) = await service.mails()
    return mail.state


def test_a_mail_is_tried_again_later_and_later_for_a_day() -> None:
    first = now = datetime(2026, 3, 2, tzinfo=UTC)
    waits: list[int] = []
    while again := next_try(first, len(waits) + 1, now):
        waits.append(int((again - now) / timedelta(minutes=1)))
        now = again
    assert waits == [1, 5, 15, 60, 240, 240, 240, 240, 240]
    assert now - first < timedelta(hours=24)


@pytest.mark.parametrize(
    ("answer", "state", "told"),
    [
        ("250 taken", "sent", "notice.sent.v1"),
        ("452 no room", "waiting", None),
        ("554 never", "failed", "notice.failed.v1"),
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


async def test_a_refused_mail_is_told_by_the_staff_once_nobody_else_has_it(
    service: Notifications, server: Server
) -> None:
    story = Story()
    await service.knows("coordinator", UNIT)
    for name in ("one", "two"):
        await service.knows("signatory", story.organisation, address=f"{name}@example.se")
    await service.hears(story.applied, story.shared)
    await service.do_what_is_due()
    server.answers = ["554 never"]
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


async def test_no_connection_to_the_database_is_held_while_the_server_thinks(
    service: Notifications, server: Server
) -> None:
    held = []

    async def look() -> None:
        held.append(service.database.engine.pool.checkedout())  # type: ignore[attr-defined]

    server.before_answer = look
    await one_task(service)
    await service.sends()
    assert held == [0]


async def test_who_dies_with_a_claim_loses_nothing_and_sends_nothing_twice(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one_task(service)
    await dies_at(service, monkeypatch, "delivery.claimed")
    assert await state_of_mail(service) == "claimed"
    assert await service.sends() == []
    later(monkeypatch, minutes=1)
    assert await service.sends() == ["check_application vetting_officer"]


async def test_who_dies_once_it_was_handed_over_leaves_it_uncertain_for_ever(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one_task(service)
    await dies_at(service, monkeypatch, "delivery.handed_over")
    assert await state_of_mail(service) == "handed_over"
    for minutes in (1, 60, 6000):
        later(monkeypatch, minutes=minutes)
        assert await service.sends() == []
    assert await state_of_mail(service) == "uncertain"
    assert await service.states() == ["check_application vetting_officer uncertain"]
    assert await service.told() == ["notice.requested.v1", "notice.uncertain.v1"]


async def test_who_dies_between_the_answer_and_its_record_leaves_it_uncertain(
    service: Notifications, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: Any) -> None:
        raise Died

    await one_task(service)
    with monkeypatch.context() as patch:
        patch.setattr(service.sender, "recorded", dies)
        with pytest.raises(Died):
            await service.sends()
    assert len(server.got) == 1
    later(monkeypatch, minutes=10)
    await service.sends()
    assert len(server.got) == 1
    assert await state_of_mail(service) == "uncertain"


async def test_a_sender_that_was_only_slow_finds_its_mail_taken_and_lets_it_be(
    service: Notifications, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def another_takes_it() -> None:
        if not server.got:
            server.at_recipient = None
            later(monkeypatch, minutes=1)
            await service.sends()

    server.at_recipient = another_takes_it
    await one_task(service)
    await service.sends()
    assert server.kinds == ["check_application vetting_officer"]
    assert await state_of_mail(service) == "accepted"


async def test_what_is_done_while_the_mail_is_being_said_is_not_sent_any_more(
    service: Notifications, server: Server
) -> None:
    story = await one_task(service)

    async def it_is_done() -> None:
        server.at_recipient = None
        await service.hears(story.approved)

    server.at_recipient = it_is_done
    assert await service.sends() == []
    assert "check_application vetting_officer acted" in await service.states()
    assert await state_of_mail(service) == "cancelled"


async def test_mails_that_cannot_be_written_fail_and_keep_no_other_from_going(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError

    await one_task(service)
    with monkeypatch.context() as patch:
        patch.setattr(notifications.clock, "render", broken)
        await service.sends()
    (failed,) = [e for e in await service.told_in_full() if e["kind"] == "notice.failed.v1"]
    assert failed["ground"] == "unsendable"


@pytest.fixture
async def two(database: Callable[[str], str], server: Server) -> AsyncIterator[list[Notifications]]:
    url = database("notifications")
    async with AsyncExitStack() as after:
        yield [await after.enter_async_context(running(url, server)) for _ in range(2)]


async def test_two_replicas_with_four_senders_each_send_every_mail_once(
    two: list[Notifications], server: Server
) -> None:
    for number in range(12):
        await two[0].knows("vetting_officer", UNIT, address=f"officer{number}@example.se")
    await two[0].hears(Story().applied, Story().applied)
    await asyncio.gather(*(one.sender.release_round() for one in two))
    await asyncio.gather(*(one.sender.send_round() for one in two for _ in range(4)))
    assert set(Counter(m["Message-ID"] for _, m in server.got).values()) == {1}
    assert len(server.got) == 24
    assert {mail.state for mail in await two[0].mails()} == {"accepted"}


async def test_of_two_claims_on_a_mail_only_the_later_one_counts(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one_task(service)
    await service.sender.release_round()
    database = service.database
    async with database.transaction() as tx:
        first = await delivery.claim(tx, uuid4(), clock.now())
    later(monkeypatch, minutes=1)
    await service.sender.recover()
    async with database.transaction() as tx:
        second = await delivery.claim(tx, uuid4(), clock.now())
    assert isinstance(first, Claimed)
    assert isinstance(second, Claimed)
    with pytest.raises(Overtaken):
        async with database.transaction() as tx:
            await delivery.hand_over(tx, first, clock.now())
    async with database.transaction() as tx:
        await delivery.hand_over(tx, second, clock.now())
        await delivery.settle(tx, first, Outcome("accepted"), clock.now())
        await delivery.let_go(tx, first, clock.now())
    assert await state_of_mail(service) == "handed_over"


async def test_who_is_stopped_ends_what_was_begun(service: Notifications, server: Server) -> None:
    thinking = asyncio.Event()

    async def think() -> None:
        thinking.set()
        await asyncio.sleep(0.2)

    server.before_answer = think
    await one_task(service)
    sending = asyncio.create_task(send(service.sender.settings, service.database))
    await asyncio.wait_for(thinking.wait(), 20)
    sending.cancel()
    await asyncio.wait([sending], timeout=5)
    assert sending.cancelled()
    assert server.kinds == ["check_application vetting_officer"]
    assert await state_of_mail(service) == "accepted"
