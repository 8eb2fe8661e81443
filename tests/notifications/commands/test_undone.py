"""A notice that can't be computed, told or written stops no other; it is counted, and goes on."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from tests.notifications.conftest import Notifications, later
from tests.notifications.support.histories import ACT_BY, UNIT, Story
from tests.notifications.support.senders import messages

from notifications.queries import notice as queries
from shared.database import Database

# What the guard of topics refuses: no event about such a notice can be told.
UNTELLABLE, WELL = "'x-890102-3286'", "'check_application'"
BROKEN = '{"vetting.started.v1": 7}'


async def done_by_hand(service: Notifications, sql: str) -> None:
    async with service.database.transaction() as tx:
        await (await tx.connection()).execute(text(sql))


async def applied(service: Notifications, times: int) -> list[Story]:
    """Let so many applications wait for the vetting officer."""
    await service.knows("vetting_officer", UNIT)
    stories = [Story() for _ in range(times)]
    for story in stories:
        await service.hears(story.applied)
    return stories


async def said(service: Notifications) -> str:
    answer = await service.http.get("/health/ready")
    assert answer.status_code == 200
    return answer.text


def notice_of(story: Story, change: str) -> str:
    return f"UPDATE notices SET {change} WHERE subject_id = '{story.membership}'"


MADE = "INSERT INTO subjects (kind, network, heard, id) VALUES"
POISONS = {
    "heard": (
        f"UPDATE subjects SET heard = '{BROKEN}' WHERE id = '%s'",
        "UPDATE subjects SET heard = '{}' WHERE id = '%s'",
    ),
    "day": (
        "UPDATE notices SET act_by = '20000-01-01' WHERE subject_id = '%s'",
        "UPDATE notices SET act_by = '2026-03-09' WHERE subject_id = '%s'",
    ),
    "subject": (
        "DELETE FROM subjects WHERE id = '%s'",
        f"{MADE} ('membership', 'jobbpakten', '{{}}', '%s')",
    ),
}


@pytest.mark.parametrize(("poison", "cure"), POISONS.values(), ids=POISONS)
async def test_a_notice_that_cannot_be_computed_lets_the_others_go(
    own: Notifications,
    poison: str,
    cure: str,
    monkeypatch: pytest.MonkeyPatch,
    any_day: Callable[[Database, str], None],
) -> None:
    any_day(own.database, "notices")
    _, second, _ = await applied(own, 3)
    await done_by_hand(own, poison % second.membership)
    assert len(await own.sends()) == 2
    assert own.undone("notices") == 1
    assert "Can't be done at present: 1 notices." in await said(own)
    await done_by_hand(own, cure % second.membership)
    later(monkeypatch, minutes=1)
    assert len(await own.sends()) == 3
    assert own.undone("notices") == 0
    assert "Can't be done" not in await said(own)


async def test_a_day_at_the_end_of_time_is_a_day(own: Notifications) -> None:
    (story,) = await applied(own, 1)
    await done_by_hand(own, notice_of(story, f"act_by = '{date.max}'"))
    assert len(await own.sends()) == 1


async def test_as_many_broken_ones_as_a_round_takes_keep_no_other_waiting(
    own: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_A_ROUND", 2)
    for story in (await applied(own, 4))[:2]:
        await done_by_hand(own, POISONS["heard"][0] % story.membership)
    assert await own.sends() == []
    assert len(await own.sends()) == 2


async def test_a_task_that_cannot_be_let_go_keeps_no_other_open(own: Notifications) -> None:
    stories = [Story() for _ in range(3)]
    for story in stories:
        await own.hears(story.shared)
    await done_by_hand(own, notice_of(stories[1], f"template = {UNTELLABLE}"))
    await own.set_the_day(ACT_BY + timedelta(days=1))
    assert await own.do_what_is_due() == 2
    assert sorted(state.split()[-1] for state in await own.states()) == ["expired"] * 2 + [
        "waiting"
    ]
    assert own.undone("notices") == 1
    await done_by_hand(own, notice_of(stories[1], "template = 'sign_agreement'"))
    assert await own.do_what_is_due() == 1
    assert own.undone("notices") == 0


async def test_late_ones_that_cannot_be_let_go_dont_stand_before_the_others(
    own: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_A_ROUND", 2)
    stories = [Story() for _ in range(4)]
    for story in stories:
        await own.knows("signatory", story.organisation)
        await own.hears(story.shared)
    await own.do_what_is_due()
    assert len(await own.sends()) == 4
    for story in sorted(stories, key=lambda one: str(one.membership))[:2]:
        await done_by_hand(own, notice_of(story, f"template = {UNTELLABLE}"))
    await own.set_the_day(ACT_BY + timedelta(days=1))
    done = [await own.do_what_is_due() for _ in range(30)]  # drawn: 1 of 6**30 fails
    assert sum(done) == 2


async def test_a_notice_that_cannot_be_closed_leaves_the_others_of_its_aggregate_to_be(
    own: Notifications,
) -> None:
    story = Story()
    for _ in range(2):
        await own.knows("vetting_officer", UNIT)
    await own.hears(story.applied)
    assert len(await own.sends()) == 2
    one = "(SELECT min(id::text)::uuid FROM notices)"
    await done_by_hand(own, f"UPDATE notices SET template = {UNTELLABLE} WHERE id = {one}")
    await own.hears(story.approved, story.in_force)
    states = [state.split()[-1] for state in await own.states() if "officer" in state]
    assert sorted(states) == ["acted", "sent"]
    assert own.undone("notices") == 1
    await own.sender.take_owed_steps()
    assert own.undone("notices") == 1
    await done_by_hand(own, f"UPDATE notices SET template = {WELL} WHERE template LIKE 'x%'")
    before = (await own.told()).count("notice.acted.v1")
    await own.sender.take_owed_steps()
    await own.sender.take_owed_steps()
    assert (await own.told()).count("notice.acted.v1") == before + 1
    assert own.undone("notices") == 0


def message_of(story: Story, change: str) -> str:
    return f"UPDATE notices SET {change} WHERE subject_id = '{story.placement}'"


async def test_one_of_several_messages_that_cannot_be_computed_leaves_the_mail(
    own: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = await messages(own, 3)
    assert await own.do_what_is_due() == 3
    await done_by_hand(own, f"DELETE FROM subjects WHERE id = '{stories[1].placement}'")
    assert await own.sends() == ["several contact_person"]
    assert (await own.told()).count("notice.sent.v1") == 2
    await own.sender.dispatch_round()
    assert own.undone("notices") == 1
    of = f"'placement', 'jobbpakten', '{{}}', '{stories[1].placement}'"
    await done_by_hand(own, f"{MADE} ({of})")
    its = f"SET organisation_id = '{stories[1].organisation}' WHERE kind = 'placement'"
    await done_by_hand(own, f"UPDATE subjects {its}")
    later(monkeypatch, minutes=2)
    assert len(await own.sends()) == 2
    assert own.undone("notices") == 0


async def test_one_of_several_messages_that_cannot_be_written_fails_alone(
    own: Notifications,
) -> None:
    stories = await messages(own, 3)
    await own.do_what_is_due()
    await done_by_hand(own, message_of(stories[1], "template = 'tomorrows'"))
    assert await own.sends() == ["several contact_person"]
    told = await own.told()
    assert (told.count("notice.sent.v1"), told.count("notice.failed.v1")) == (2, 1)


async def test_a_mail_that_was_taken_is_taken_whatever_cannot_be_told_of_it(
    own: Notifications,
) -> None:
    stories = await messages(own, 3)
    await own.do_what_is_due()

    async def broken() -> None:
        await done_by_hand(own, message_of(stories[1], f"template = {UNTELLABLE}"))

    own.server.before_answer = broken
    await own.sends()
    assert len(own.server.got) == 1
    assert [mail.state for mail in await own.mails()] == ["accepted"]
    assert (await own.told()).count("notice.sent.v1") == 2
    assert own.undone("notices") == 1
    await done_by_hand(own, message_of(stories[1], "template = 'placement_started'"))
    await own.sender.take_owed_steps()
    await own.sends()
    assert (await own.told()).count("notice.sent.v1") == 3
    assert (own.undone("notices"), len(own.server.got)) == (0, 1)


async def test_a_lost_mail_that_cannot_be_taken_back_keeps_no_other(
    own: Notifications, monkeypatch: pytest.MonkeyPatch, any_day: Callable[[Database, str], None]
) -> None:
    any_day(own.database, "deliveries")
    await applied(own, 3)
    await own.sender.dispatch_round()
    lost = "state = 'claimed', claim = gen_random_uuid(), claimed_at = now() - interval '1 hour'"
    await done_by_hand(own, f"UPDATE deliveries SET {lost}")
    one = "id = (SELECT min(id::text)::uuid FROM deliveries)"
    await done_by_hand(own, f"UPDATE deliveries SET first_try_at = '20000-01-01' WHERE {one}")
    assert len(await own.sends()) == 2
    assert own.undone("mails") == 1
    await done_by_hand(own, "UPDATE deliveries SET first_try_at = NULL WHERE state = 'claimed'")
    later(monkeypatch, minutes=1)
    assert len(await own.sends()) == 3
    assert own.undone("mails") == 0


async def test_what_was_heard_of_one_who_left_and_cannot_be_forgotten_keeps_no_other(
    own: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = [Story() for _ in range(3)]
    for story in stories:
        await own.hears(story.visible(), story.left)
    told = f"{{candidate.closed.v1,{stories[1].candidate},1}}"
    broken = f"""heard = jsonb_set(heard, '{told}', '"one day"')"""
    await done_by_hand(own, f"UPDATE subjects SET {broken} WHERE id = '{stories[1].candidate}'")
    later(monkeypatch, weeks=13)
    assert await own.do_what_is_due() == 2
    assert await left(own) == [stories[1].candidate]
    assert own.undone("candidates") == 1
    mended = f"""heard = jsonb_set(heard, '{told}', '"2026-01-01T00:00:00+00:00"')"""
    await done_by_hand(own, f"UPDATE subjects SET {mended}")
    await own.do_what_is_due()
    assert (await left(own), own.undone("candidates")) == ([], 0)


async def left(service: Notifications) -> list[Any]:
    async with service.database.transaction() as tx:
        found = await (await tx.connection()).execute(text("SELECT id FROM subjects"))
        return [one for (one,) in found]


async def test_one_message_of_a_lost_mail_that_cannot_be_settled_keeps_no_other(
    own: Notifications,
) -> None:
    stories = await messages(own, 3)
    await own.do_what_is_due()
    own.server.answers = ["999 who knows"]
    await own.sends()
    await done_by_hand(own, message_of(stories[1], f"template = {UNTELLABLE}"))
    listed = {one["subject_id"]: one["notice_id"] for one in await own.listed()}
    path = f"/{listed[str(stories[0].placement)]}/settlement"
    answer = await own.call("POST", path, "coordinator", {"decision": "leave"})
    assert answer.status_code == 201, answer.text
    states = {one["subject_id"]: one["state"] for one in await own.listed()}
    assert [states[str(one.placement)] for one in stories] == [
        "cancelled",
        "uncertain",
        "cancelled",
    ]


async def test_what_another_release_wrote_is_counted_and_shows_nobody_an_error(
    own: Notifications,
) -> None:
    first, second = await applied(own, 2)
    await done_by_hand(own, notice_of(first, "rule = 'tomorrow.v1 > nobody'"))
    await own.knows("caseworker", UNIT, sealed="nobody-opens-this")
    await own.sender.look()
    assert "1 unreadable addresses, 1 notices of another release" in await said(own)
    await done_by_hand(own, notice_of(second, "state = 'asleep'"))
    assert [one["subject_id"] for one in await own.listed()] == [str(first.membership)]


def test_the_figures_of_all_kinds_are_there_before_anything_fails(own_kinds: list[str]) -> None:
    labels = {"service": "notifications"}
    found = [
        REGISTRY.get_sample_value("things_undone", labels | {"kind": kind}) for kind in own_kinds
    ]
    assert None not in found
