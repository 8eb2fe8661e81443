"""Several messages in one mail: what is over before the mail goes isn't in it, nor told as sent."""

from tests.notifications.conftest import Notifications
from tests.notifications.histories import Story

from shared.events import matching as m
from shared.events import placement as p


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
