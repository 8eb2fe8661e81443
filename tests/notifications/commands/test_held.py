"""A row that somebody holds for long delays itself alone: each round does all the others."""

from datetime import timedelta

import pytest
from tests.notifications.commands.test_undone import applied, done_by_hand
from tests.notifications.conftest import Notifications, later
from tests.notifications.support.histories import ACT_BY, Story
from tests.notifications.support.senders import messages
from tests.support.holding import held


async def test_a_notice_that_somebody_holds_is_released_and_let_go_later(
    own: Notifications,
) -> None:
    stories = [Story() for _ in range(3)]
    for story in stories:
        await own.knows("signatory", story.organisation)
        await own.hears(story.shared)
    its = f"notices WHERE subject_id = '{stories[1].membership}'"
    async with held(own.database, its):
        assert await own.do_what_is_due() == 2
    assert await own.do_what_is_due() == 1
    await own.set_the_day(ACT_BY + timedelta(days=1))
    async with held(own.database, its):
        assert await own.do_what_is_due() == 2
    assert await own.do_what_is_due() == 1


async def test_a_step_owed_by_a_notice_that_somebody_holds_keeps_no_other(
    own: Notifications,
) -> None:
    stories = await applied(own, 3)
    owed = """[{"by": "cancel", "on": "2026-03-02", "ground": ""}]"""
    await done_by_hand(own, f"UPDATE notices SET owed = '{owed}'")
    async with held(own.database, f"notices WHERE subject_id = '{stories[1].membership}'"):
        await own.sender.take_owed_steps()
        assert (await own.told()).count("notice.cancelled.v1") == 2
    await own.sender.take_owed_steps()
    assert (await own.told()).count("notice.cancelled.v1") == 3


async def test_a_mail_about_what_somebody_holds_keeps_no_other(
    own: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = await applied(own, 3)
    await own.sender.dispatch_round()
    first = min(stories, key=lambda one: str(one.membership))
    async with held(own.database, f"subjects WHERE id = '{first.membership}'"):
        assert len(await own.sends()) == 2
    later(monkeypatch, minutes=2)
    assert len(await own.sends()) == 3


async def test_a_lost_mail_about_what_somebody_holds_keeps_no_other(own: Notifications) -> None:
    stories = await messages(own, 1) + await messages(own, 1)
    await own.do_what_is_due()
    lost = "state = 'handed_over', claim = gen_random_uuid(), claimed_at = now() - interval '1 h'"
    await done_by_hand(own, f"UPDATE deliveries SET {lost}")
    async with held(own.database, f"notices WHERE subject_id = '{stories[0].placement}'"):
        await own.sender.recover()
        assert sorted(mail.state for mail in await own.mails()) == ["handed_over", "uncertain"]
    await own.sender.recover()
    assert {mail.state for mail in await own.mails()} == {"uncertain"}
