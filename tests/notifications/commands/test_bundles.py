"""Several messages in one mail: held for it, not in it once they are over, nor told as sent."""

import pytest
from tests.notifications.conftest import Notifications, later
from tests.notifications.support.histories import Story
from tests.notifications.support.senders import messages
from tests.notifications.support.servers import Server

from jobbpakten_events import matching as m


async def test_messages_to_one_recipient_are_held_and_become_one_mail(
    service: Notifications,
) -> None:
    await messages(service, 2)
    assert await service.sends() == []
    assert await service.do_what_is_due() == 2
    assert await service.sends() == ["several contact_person"]
    (who,) = await service.recipients()
    assert [mail.recipient_id for mail in await service.mails()] == [who.id]
    assert (await service.told()).count("notice.sent.v1") == 2


async def test_a_message_takes_along_what_is_held_for_the_same_recipient(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    (story,), strange = await messages(service, 1), Story()
    await service.knows("contact_person", strange.organisation, address="strange@example.se")
    later(monkeypatch, minutes=20)
    await service.hears(Story(story.organisation).started, strange.started)
    assert await service.sends() == []
    later(monkeypatch, minutes=10)
    assert await service.sends() == ["several contact_person"]
    later(monkeypatch, minutes=20)
    assert await service.sends() == ["placement_started strange", "several contact_person"]


async def test_a_contact_in_two_networks_gets_a_mail_of_each(
    service: Notifications, server: Server
) -> None:
    first = Story()
    await service.knows("contact_person", first.organisation)
    for network in ("jobbpakten", "integrationspakten") * 2:
        await service.hears(Story(first.organisation).started, network=network)
    await service.do_what_is_due()
    assert await service.sends() == ["several contact_person"] * 2
    assert {str(mail["Subject"]) for _, mail in server.got} == {
        "Jobbpakten: 2 meddelanden",
        "Integrationspakten: 2 meddelanden",
    }


async def test_a_message_takes_nothing_along_that_is_held_in_another_network(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here,) = await messages(service, 1)
    later(monkeypatch, minutes=20)
    there = Story(here.organisation)
    await service.hears(there.started, network="integrationspakten")
    later(monkeypatch, minutes=10)
    assert await service.sends() == ["placement_started contact_person"]
    assert [one["state"] for one in await service.listed()] == ["sent"]
    later(monkeypatch, minutes=20)
    assert await service.sends() == ["placement_started contact_person"] * 2


async def test_so_many_messages_that_no_server_takes_them_go_in_several_mails(
    service: Notifications,
) -> None:
    await messages(service, 60)
    await service.do_what_is_due()
    assert await service.sends() == ["several contact_person"] * 2


async def test_a_message_that_was_void_before_its_mail_went_is_never_told_as_sent(
    service: Notifications,
) -> None:
    story = Story()
    await service.knows("contact_person", story.organisation)
    paused = story.of_match(m.PlacePaused, ground="unresponsive")
    await service.hears(story.started, paused)
    assert await service.do_what_is_due() == 2
    await service.hears(story.of_match(m.PlaceResumed))
    assert await service.sends() == ["placement_started contact_person"]
    assert await service.states() == [
        "place_paused contact_person cancelled",
        "placement_started contact_person sent",
    ]
    told = await service.told()
    assert told.count("notice.cancelled.v1") == 1
    assert told.count("notice.sent.v1") == 1
