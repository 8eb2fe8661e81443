"""A last day that has passed: what others were asked expires, what the staff owes is overdue."""

from tests.notifications.conftest import Notifications
from tests.notifications.support.histories import UNIT, Story

from jobbpakten_events import membership as me
from notifications.rules.notices import EXPIRING, RULES


async def test_an_answer_that_would_come_too_late_expires(service: Notifications) -> None:
    story = Story()
    await service.knows("signatory", story.organisation)
    await service.hears(story.shared)
    await service.sends()
    await service.set_the_day(story.shared.act_by)
    assert await service.do_what_is_due() == 0
    await service.set_the_day(story.shared.act_by.replace(day=20))
    assert await service.do_what_is_due() == 1
    assert await service.states() == ["sign_agreement signatory expired"]
    assert await service.do_what_is_due() == 0
    assert await service.told() == ["notice.requested.v1", "notice.sent.v1", "notice.expired.v1"]


async def test_what_the_municipality_has_to_do_stays_open_and_is_overdue(
    service: Notifications,
) -> None:
    story = Story()
    await service.knows("vetting_officer", UNIT)
    await service.hears(story.applied)
    await service.sends()
    await service.set_the_day(story.applied.act_by)
    assert [one["overdue"] for one in await service.listed()] == [False]
    await service.set_the_day(story.applied.act_by.replace(day=20))
    assert await service.do_what_is_due() == 0
    (late,) = await service.listed()
    assert (late["state"], late["overdue"]) == ("sent", True)
    assert (late["owner"], late["deadline"]) == ("recipient", "2026-03-09")
    await service.hears(story.approved)
    assert "check_application vetting_officer acted" in await service.states()


def test_only_answers_from_outside_and_signatures_expire() -> None:
    expiring = {RULES[name].template for name in EXPIRING}
    assert expiring == {"answer_request", "answer_match", "sign_agreement"}


async def test_an_application_that_lapsed_is_told_to_its_signatory(service: Notifications) -> None:
    one, other = Story(), Story()
    for story, ground in ((one, "lapsed"), (other, "withdrawn")):
        await service.knows("signatory", story.organisation, address=f"{ground}@example.se")
        await service.hears(story.applied, story.of_membership(me.MembershipEnded, ground=ground))
    await service.do_what_is_due()
    assert await service.sends() == ["application_lapsed lapsed"]
