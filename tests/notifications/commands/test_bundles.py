"""Several messages in one mail: held for it, not in it once they are over, nor told as sent."""

import pytest
from tests.notifications.conftest import Notifications, later
from tests.notifications.support.histories import Story
from tests.notifications.support.servers import Server

from jobbpakten_events import matching as m
from jobbpakten_events import placement as p


async def test_messages_to_one_recipient_are_held_and_become_one_mail(
    service: Notifications,
) -> None:
    story, other = Story(), Story()
    who = await service.knows("contact_person", story.organisation)
    for one in (story, other):
        one.organisation = story.organisation
        await service.hears(one.of_placement(p.PlacementStarted))
    assert await service.sends() == []
    assert await service.do_what_is_due() == 2
    assert await service.sends() == ["several contact_person"]
    assert [mail.recipient_id for mail in await service.mails()] == [who]
    assert (await service.told()).count("notice.sent.v1") == 2


async def test_a_message_takes_along_what_is_held_for_the_same_recipient(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, other, strange = Story(), Story(), Story()
    other.organisation = story.organisation
    await service.knows("contact_person", story.organisation)
    await service.knows("contact_person", strange.organisation, address="strange@example.se")
    await service.hears(story.of_placement(p.PlacementStarted))
    later(monkeypatch, minutes=20)
    await service.hears(other.of_placement(p.PlacementStarted))
    await service.hears(strange.of_placement(p.PlacementStarted))
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
        story = Story()
        story.organisation = first.organisation
        await service.hears(story.of_placement(p.PlacementStarted), network=network)
    await service.do_what_is_due()
    assert await service.sends() == ["several contact_person"] * 2
    assert {str(mail["Subject"]) for _, mail in server.got} == {
        "Jobbpakten: 2 meddelanden",
        "Integrationspakten: 2 meddelanden",
    }


async def test_a_message_takes_nothing_along_that_is_held_in_another_network(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = Story(), Story()
    there.organisation = here.organisation
    await service.knows("contact_person", here.organisation)
    await service.hears(here.of_placement(p.PlacementStarted))
    later(monkeypatch, minutes=20)
    await service.hears(there.of_placement(p.PlacementStarted), network="integrationspakten")
    later(monkeypatch, minutes=10)
    assert await service.sends() == ["placement_started contact_person"]
    assert [one["state"] for one in await service.listed()] == ["sent"]
    later(monkeypatch, minutes=20)
    assert await service.sends() == ["placement_started contact_person"] * 2


async def test_so_many_messages_that_no_server_takes_them_go_in_several_mails(
    service: Notifications,
) -> None:
    one = Story()
    await service.knows("contact_person", one.organisation)
    for _ in range(60):
        story = Story()
        story.organisation = one.organisation
        await service.hears(story.of_placement(p.PlacementStarted))
    await service.do_what_is_due()
    assert await service.sends() == ["several contact_person"] * 2


async def test_a_message_that_was_void_before_its_mail_went_is_never_told_as_sent(
    service: Notifications,
) -> None:
    story = Story()
    await service.knows("contact_person", story.organisation)
    paused = story.of_match(m.PlacePaused, ground="unresponsive")
    await service.hears(story.of_placement(p.PlacementStarted), paused)
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
