"""A mail is claimed, handed over and then accepted, failed or uncertain; never sent twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from tests.notifications.conftest import Notifications, later, running
from tests.notifications.support.histories import UNIT, Story
from tests.notifications.support.senders import Died, dies_at, one_task
from tests.notifications.support.servers import Server
from tests.support.eventually import PATIENCE_S, in_the_end

from notifications.channels import Outcome
from notifications.commands import delivery
from notifications.commands.delivery import Claimed, Overtaken
from notifications.sender import send
from shared.time import clock


async def state_of_mail(service: Notifications) -> str:
    (mail,) = await service.mails()
    return mail.state


async def task_at_death(
    service: Notifications, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Let the sender die at a crash point with a task's mail in its hands."""
    await one_task(service)
    await dies_at(service, monkeypatch, point)


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
    await task_at_death(service, monkeypatch, "delivery.claimed")
    assert await state_of_mail(service) == "claimed"
    assert await service.sends() == []
    later(monkeypatch, minutes=1)
    assert await service.sends() == ["check_application vetting_officer"]


async def test_who_dies_once_it_was_handed_over_leaves_it_uncertain_for_ever(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await task_at_death(service, monkeypatch, "delivery.handed_over")
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


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("jobbpakten@Uppsala.SE", "uppsala.se"),
        ("jobbpakten@södertälje.se", "xn--sdertlje-4za9o.se"),
    ],
)
async def test_whatever_sender_the_settings_take_mails_go_from(
    database: Callable[[str], str], server: Server, sender: str, domain: str
) -> None:
    async with running(database("notifications"), server, sender=sender) as service:
        await one_task(service)
        assert await service.sends() == ["check_application vetting_officer"]
        (mail,) = await service.mails()
    message = server.got[0][1]
    assert message["From"].addresses[0].addr_spec == f"jobbpakten@{domain}"
    assert message["Message-ID"] == f"<{mail.id}@{domain}>"


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
    await asyncio.gather(*(in_the_end(one.sender.dispatch_round) for one in two))
    await asyncio.gather(*(in_the_end(one.sender.send_round) for one in two for _ in range(4)))
    assert set(Counter(m["Message-ID"] for _, m in server.got).values()) == {1}
    assert len(server.got) == 24
    assert {mail.state for mail in await two[0].mails()} == {"accepted"}


async def test_of_two_claims_on_a_mail_only_the_later_one_counts(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one_task(service)
    await service.sender.dispatch_round()
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
        await delivery.record_outcome(tx, first, Outcome("accepted"), clock.now())
        await delivery.let_go(tx, first, clock.now())
    assert await state_of_mail(service) == "handed_over"


async def test_who_is_stopped_ends_what_was_begun(
    service: Notifications, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.sender.STOP_SECONDS", PATIENCE_S)
    thinking, stopped = asyncio.Event(), asyncio.Event()

    async def think() -> None:
        thinking.set()
        await stopped.wait()

    server.before_answer = think
    await one_task(service)
    sending = asyncio.create_task(send(service.sender.settings, service.database))
    await asyncio.wait_for(thinking.wait(), PATIENCE_S)
    sending.cancel()
    asyncio.get_running_loop().call_soon(stopped.set)
    await asyncio.wait([sending], timeout=PATIENCE_S)
    assert sending.cancelled()
    assert server.kinds == ["check_application vetting_officer"]
    assert await state_of_mail(service) == "accepted"
