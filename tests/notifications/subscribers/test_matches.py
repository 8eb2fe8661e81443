"""What a match waits for in the end, who decides it, and who hears that it is over."""

from tests.notifications.conftest import Notifications
from tests.notifications.subscribers.test_notices import everybody
from tests.notifications.support.histories import UNIT, Story

from jobbpakten_events import matching as m


async def test_the_employer_hears_that_a_match_is_over_only_if_it_was_asked(
    service: Notifications,
) -> None:
    one, other = Story(), Story()
    await everybody(service, one)
    await service.knows("contact_person", other.organisation, address="other@example.se")
    await service.hears(one.visible(), one.proposed, one.consented, one.employer_asked)
    await service.hears(one.withdrawn, other.proposed, other.asked, other.withdrawn)
    await service.do_what_is_due()
    assert await service.sends() == ["match_not_available contact_person"]


async def test_she_hears_that_a_match_is_over_if_its_end_says_so(service: Notifications) -> None:
    told, untold, unasked = Story(), Story(), Story()
    for story in (told, untold, unasked):
        await service.knows(
            "participant", UNIT, who=story.candidate, address=f"{story.candidate}@example.se"
        )
        await service.hears(story.visible(), story.proposed)
    await service.hears(told.asked, untold.asked, untold.withdrawn)
    for story in (told, unasked):
        await service.hears(story.of_match(m.MatchExpired, candidate_is_told=True))
    await service.do_what_is_due()
    assert await service.sends() == [f"match_over_participant {told.candidate}"]


async def test_who_has_no_address_hears_from_her_caseworker_that_a_match_is_over(
    service: Notifications,
) -> None:
    story = Story()
    await service.knows("caseworker", UNIT)
    await service.hears(story.visible(), story.asked)
    await service.hears(story.of_match(m.MatchSuperseded, candidate_is_told=True))
    await service.do_what_is_due()
    assert await service.sends() == ["tell_her_yourself caseworker"]
    told = [one["instead_of"] for one in await service.listed() if one["state"] == "sent"]
    assert told == ["match_over_participant"]


async def test_a_match_waits_for_the_deciders_of_its_unit_and_for_those_of_all_units(
    service: Notifications,
) -> None:
    story = Story()
    for unit in (UNIT, "unit_south"):
        await service.knows("caseworker", unit, address=f"caseworker.{unit}@example.se")
    for unit in (UNIT, "unit_south", "head_office"):
        await service.knows("decider", unit, address=f"{unit}@example.se")
    await service.hears(story.of_match(m.EmployerAnswered, answer="yes"))
    assert await service.sends() == [
        "accept_match caseworker.unit_north",
        "decide_match head_office",
        "decide_match unit_north",
    ]
    await service.hears(story.accepted)
    assert {state.split()[-1] for state in await service.states() if "_match " in state} == {
        "acted"
    }


async def test_without_a_decider_the_caseworkers_are_asked_and_told_nothing_besides(
    service: Notifications,
) -> None:
    story = Story()
    await service.knows("caseworker", UNIT)
    await service.hears(story.of_match(m.EmployerAnswered, answer="yes"))
    await service.do_what_is_due()
    assert await service.sends() == ["accept_match caseworker"]
    assert "decide_match decider cancelled" in await service.states()
