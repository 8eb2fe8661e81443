"""Whom a role can be told by: sealed on the way and at rest, forgotten when told so."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from joserfc.jwk import OKPKey
from tests.notifications.conftest import KEYS, Notifications, later, named, running
from tests.notifications.support.histories import UNIT, Story
from tests.notifications.support.senders import messages, one_asked
from tests.notifications.support.servers import Server

from notifications.subscribers import on_recipient_forgotten


async def asked_to_check(service: Notifications) -> list[str]:
    """Let somebody apply; give what has gone out to those who check applications."""
    await service.hears(Story().applied)
    return await service.sends()


async def held_for(
    service: Notifications, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> list[str]:
    """See that nothing goes before so many minutes are over; give what goes then."""
    assert await service.sends() == []
    later(monkeypatch, minutes=minutes - 1)
    assert await service.sends() == []
    later(monkeypatch, minutes=1)
    return await service.sends()


async def test_an_address_that_cannot_be_opened_is_unknown_and_stops_nothing(
    service: Notifications, capsys: pytest.CaptureFixture[str]
) -> None:
    who = await service.knows("vetting_officer", UNIT, sealed="no.jwe.at.all.x")
    assert [person.sealed for person in await service.recipients()] == [None]
    assert "address_unreadable" in capsys.readouterr().out
    assert await asked_to_check(service) == []
    await service.knows("vetting_officer", UNIT, who=who)
    assert await service.sends() == ["check_application vetting_officer"]


async def test_no_mail_goes_to_an_address_that_somebody_has_left_for_an_unreadable_one(
    service: Notifications, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    who = await service.knows("vetting_officer", UNIT, address="left@example.se")
    await service.knows("vetting_officer", UNIT, who=who, sealed="no.jwe.at.all.x")
    assert "address_unreadable" in capsys.readouterr().out
    assert await asked_to_check(service) == []
    assert server.to == []


async def test_what_was_sealed_for_the_key_before_is_opened_with_that(
    database: Callable[[str], str], server: Server
) -> None:
    new = json.dumps(OKPKey.generate_key("X25519").as_dict(private=True))
    keys: dict[str, Any] = {"private_key": new, "previous_private_key": KEYS["private_key"]}
    async with running(database("notifications"), server, **keys) as service:
        await service.knows("vetting_officer", UNIT)
        assert await asked_to_check(service) == ["check_application vetting_officer"]


async def test_a_recipient_may_be_named_after_what_concerns_her(service: Notifications) -> None:
    assert await asked_to_check(service) == []
    await service.knows("vetting_officer", UNIT)
    assert await service.sends() == ["check_application vetting_officer"]


async def test_a_new_address_is_the_one_that_is_used(
    service: Notifications, server: Server
) -> None:
    who = await service.knows("vetting_officer", UNIT, address="old@example.se")
    await service.knows("vetting_officer", UNIT, who=who, address="new@example.se")
    await asked_to_check(service)
    assert server.to == ["new@example.se"]


async def test_who_is_forgotten_is_gone_and_a_colleague_is_told_instead(
    service: Notifications, server: Server
) -> None:
    who = await service.knows("vetting_officer", UNIT, address="gone@example.se")
    await service.hears(Story().applied)
    await service.sender.dispatch_round()
    await service.forgets(who)
    assert await service.recipients() == []
    assert await service.sends() == []
    await service.knows("vetting_officer", UNIT, address="new@example.se")
    await service.sends()
    assert server.to == ["new@example.se"]


async def test_whoever_has_no_address_is_told_by_her_caseworker(service: Notifications) -> None:
    await service.knows("caseworker", UNIT)
    await service.knows("caseworker", "unit_south", address="south@example.se")
    story = await one_asked(service)
    assert await service.sends() == []
    await service.do_what_is_due()
    assert await service.sends() == ["tell_her_yourself caseworker"]
    assert await service.states() == [
        "answer_request participant cancelled",
        "tell_her_yourself caseworker sent",
    ]
    await service.hears(story.answered)
    assert "tell_her_yourself caseworker acted" in await service.states()


async def test_without_a_clock_set_by_hand_the_staff_is_asked_after_half_an_hour(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.knows("caseworker", UNIT)
    await one_asked(service)
    mailed = await held_for(service, monkeypatch, minutes=30)
    assert mailed == ["tell_her_yourself caseworker"]


async def test_messages_go_after_half_an_hour(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await messages(service, 1)
    mailed = await held_for(service, monkeypatch, minutes=30)
    assert mailed == ["placement_started contact_person"]


async def test_without_anybody_at_all_the_notice_waits_where_staff_sees_it(
    service: Notifications,
) -> None:
    await one_asked(service)
    await service.do_what_is_due()
    await service.do_what_is_due()
    (waiting,) = [one for one in await service.listed() if one["state"] == "waiting"]
    assert (waiting["template"], waiting["role"]) == ("tell_her_yourself", "coordinator")
    assert waiting["reason"] == "no_recipient"
    await service.knows("coordinator", UNIT)
    assert await service.sends() == ["tell_her_yourself coordinator"]


async def test_a_tombstone_of_nobody_does_no_harm(service: Notifications) -> None:
    await service.forgets(uuid4())
    assert await service.recipients() == []


@pytest.mark.parametrize("spelt", [str.upper, "urn:uuid:{}".format, "{{{}}}".format])
async def test_a_tombstone_forgets_nobody_by_another_spelling(
    service: Notifications, spelt: Callable[[str], str]
) -> None:
    """It is of another stream: its number says nothing of what was told of her."""
    who = await service.knows("vetting_officer", UNIT)
    about = service.about(named("vetting_officer", UNIT, who))
    async with service.database.transaction() as tx:
        await on_recipient_forgotten(tx, spelt(str(who)), about)
    assert [person.id for person in await service.recipients()] == [who]
