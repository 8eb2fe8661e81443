"""What is heard late, or goes out late: mailed only while it is still to be done."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.notifications.conftest import Notifications, later
from tests.notifications.support.histories import ACT_BY, UNIT, Story
from tests.notifications.support.senders import one_task
from tests.notifications.support.servers import Server
from tests.support.driven import TODAY

from jobbpakten_events import matching as m
from jobbpakten_events import membership as me
from notifications.rules.notice import CATCHING_UP, FRESH, HELD, how_long_held
from shared.time import clock

DAY_AFTER = ACT_BY + timedelta(days=1)
TASK = "check_application vetting_officer"
EXPIRED = ["sign_agreement signatory expired"]


async def heard_hours_later(service: Notifications, *events: Any) -> None:
    for event in events:
        about = service.about(event)
        await service.takes(event, about.model_copy(update={"time": about.time - 3 * HELD}))


async def to_be_signed(service: Notifications) -> None:
    story = Story()
    await service.knows("signatory", story.organisation)
    await service.hears(story.shared)


@pytest.mark.parametrize(
    ("kind", "age", "held"),
    [
        ("task", timedelta(), timedelta()),
        ("task", -timedelta(hours=1), timedelta()),  # its teller's clock is ahead of ours
        ("task", FRESH, timedelta()),
        ("task", FRESH + timedelta(seconds=1), CATCHING_UP),
        ("message", timedelta(), HELD),
        ("message", timedelta(days=1), HELD),
    ],
)
def test_a_task_goes_at_once_unless_it_was_told_while_we_were_away(
    kind: str, age: timedelta, held: timedelta
) -> None:
    now = clock.now()
    assert how_long_held(kind, now - age, now) == held


async def test_what_was_asked_and_done_while_we_were_away_is_mailed_to_nobody(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story()
    await service.knows("vetting_officer", UNIT)
    await heard_hours_later(service, story.applied)
    assert await service.sends() == []
    await heard_hours_later(
        service, story.of_membership(me.VettingStarted, vetting_id=story.agreement)
    )
    later(monkeypatch, hours=1)
    assert await service.sends() == []
    assert await service.states() == ["check_application vetting_officer acted"]


async def test_what_is_still_to_be_done_after_we_were_away_is_mailed_in_a_few_minutes(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.knows("vetting_officer", UNIT)
    await heard_hours_later(service, Story().applied)
    assert await service.sends() == []
    later(monkeypatch, minutes=5)
    assert await service.sends() == [TASK]


async def test_a_clock_set_by_hand_waits_for_nothing(service: Notifications) -> None:
    await service.knows("vetting_officer", UNIT)
    await heard_hours_later(service, Story().applied)
    assert await service.do_what_is_due() == 1
    assert await service.sends() == [TASK]


async def test_an_answer_that_would_come_too_late_is_not_even_released(
    service: Notifications,
) -> None:
    await to_be_signed(service)
    await service.set_the_day(DAY_AFTER)
    assert await service.sends() == []
    assert await service.states() == EXPIRED
    assert await service.mails() == []


async def test_nor_claimed(service: Notifications) -> None:
    await to_be_signed(service)
    await service.sender.dispatch_round()
    await service.set_the_day(DAY_AFTER)
    await service.sender.send_round()
    assert (service.server.got, await service.states()) == ([], EXPIRED)
    assert await service.told() == ["notice.requested.v1", "notice.expired.v1"]


async def test_nor_ended_with_a_dot(service: Notifications, server: Server) -> None:
    async def midnight_comes() -> None:
        server.at_recipient = None
        await service.set_the_day(DAY_AFTER)

    server.at_recipient = midnight_comes
    await to_be_signed(service)
    assert await service.sends() == []
    assert await service.states() == EXPIRED


async def test_the_employer_hears_nothing_of_her_after_her_consents_last_day(
    service: Notifications, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story()
    await service.knows("contact_person", story.organisation)
    await service.hears(story.visible(), story.consented, story.accepted)
    await service.do_what_is_due()
    server.answers = ["452 no room"]
    assert await service.sends() == []
    await service.set_the_day(DAY_AFTER)
    later(monkeypatch, hours=1)
    for _ in range(2):  # taken out of its mail, and a minute later looked at anew
        assert await service.sends() == []
        later(monkeypatch, minutes=1)
    waiting = [one["reason"] for one in await service.listed() if one["state"] == "waiting"]
    assert "not_yet_known" in waiting
    anew = {"consent_id": uuid4(), "until": DAY_AFTER}
    await service.hears(story.of_match(m.ConsentGiven, **anew))
    later(monkeypatch, hours=1)
    assert await service.sends() == ["match_accepted_employer contact_person"]


@pytest.mark.parametrize(
    ("day", "mails"),
    [
        (DAY_AFTER, [TASK]),
        (ACT_BY + timedelta(weeks=12, days=-1), [TASK]),
        (ACT_BY + timedelta(weeks=12), []),
    ],
)
async def test_what_the_staff_owes_goes_out_late_but_not_with_a_dead_link(
    service: Notifications, day: date, mails: list[str]
) -> None:
    await one_task(service)
    await service.sender.dispatch_round()
    await service.set_the_day(day)
    assert await service.sends() == mails
    assert day > TODAY
