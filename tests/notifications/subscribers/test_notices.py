"""One notice to the right role per event that asks somebody to act; the act closes it."""

from typing import Any

from tests.notifications.conftest import Notifications
from tests.notifications.support.histories import UNIT, Story
from tests.support.driven import TODAY

from jobbpakten_events import matching as m
from jobbpakten_events import membership as me
from jobbpakten_events import placement as p
from jobbpakten_events.followup import CommitmentLapsed


async def everybody(service: Notifications, story: Story) -> None:
    """Name one recipient in each role."""
    for role in ("signatory", "contact_person"):
        await service.knows(role, story.organisation)
    for role in ("coordinator", "vetting_officer", "decider", "caseworker"):
        await service.knows(role, UNIT)
    await service.knows("participant", UNIT, who=story.candidate)


async def sends_in_the_end(service: Notifications) -> list[str]:
    """Give what has gone out once nothing is held any more."""
    await service.do_what_is_due()
    return await service.sends()


async def test_the_way_to_a_membership_tells_each_role_once(service: Notifications) -> None:
    story = Story()
    await everybody(service, story)
    await service.hears(story.applied)
    assert await service.sends() == ["check_application vetting_officer"]
    await service.hears(story.approved)
    assert "draft_agreement coordinator" in await service.sends()
    await service.hears(story.shared)
    assert "sign_agreement signatory" in await service.sends()
    await service.hears(story.signed("member"))
    assert "countersign_agreement decider" in await service.sends()
    await service.hears(story.signed("municipality"), story.in_force)

    assert await sends_in_the_end(service) == [
        "agreement_in_force contact_person",
        "check_application vetting_officer",
        "countersign_agreement decider",
        "draft_agreement coordinator",
        "several signatory",
        "sign_agreement signatory",
    ]
    tasks = [state for state in await service.states() if state.endswith("acted")]
    assert len(tasks) == 4
    assert not [state for state in await service.states() if state.endswith("waiting")]


async def test_the_way_of_a_match_tells_each_role_once(service: Notifications) -> None:
    story = Story()
    await everybody(service, story)
    await service.hears(story.visible(), story.proposed)
    assert await service.sends() == ["ask_candidate caseworker"]
    await service.hears(story.asked)
    assert "answer_request participant" in await service.sends()
    await service.hears(story.consented, story.answered)
    assert "release_to_employer caseworker" in await service.sends()
    await service.hears(story.employer_asked)
    assert "answer_match contact_person" in await service.sends()
    await service.hears(story.of_match(m.EmployerAnswered, answer="yes"))
    assert {"accept_match caseworker", "decide_match decider"} < {*await service.sends()}
    await service.hears(story.accepted, story.planned)
    assert "prepare_placement caseworker" in await service.sends()

    kinds = await sends_in_the_end(service)
    assert kinds[-1] == "release_to_employer caseworker"
    assert {"match_accepted_employer contact_person", "match_accepted_participant participant"} < {
        *kinds
    }
    assert len(kinds) == 9
    assert len([s for s in await service.states() if s.endswith("acted")]) == 6


async def test_an_employers_no_waits_for_the_caseworker_and_tells_nobody_else(
    service: Notifications,
) -> None:
    story = Story()
    await everybody(service, story)
    await service.hears(story.visible(), story.consented, story.employer_asked)
    await service.hears(story.of_match(m.EmployerAnswered, answer="no"))
    assert await service.sends() == ["confirm_decline caseworker"]
    await service.hears(story.withdrawn)
    assert await sends_in_the_end(service) == ["confirm_decline caseworker"]
    assert "confirm_decline caseworker acted" in await service.states()


async def test_placements_tell_the_caseworker_and_the_contact(service: Notifications) -> None:
    story = Story()
    await everybody(service, story)
    await service.hears(story.planned)
    await service.sends()
    await service.hears(story.of_placement(p.PlacementReady))
    await service.sends()
    await service.hears(story.started)
    await sends_in_the_end(service)
    await service.hears(story.of_placement(p.PlacementInterrupted))
    assert await sends_in_the_end(service) == [
        "placement_interrupted contact_person",
        "placement_ready caseworker",
        "placement_started contact_person",
        "prepare_placement caseworker",
    ]


async def test_a_suspension_that_is_lifted_in_time_is_told_to_nobody(
    service: Notifications,
) -> None:
    story = Story()
    await everybody(service, story)
    await service.hears(story.applied, story.of_membership(me.MembershipSuspended))
    await service.hears(story.of_membership(me.MembershipReinstated))
    kinds = await sends_in_the_end(service)
    assert not [kind for kind in kinds if "suspended" in kind]
    assert [k for k in kinds if "reinstated" in k] == [
        "member_reinstated contact_person",
        "member_reinstated signatory",
    ]
    await service.hears(story.of_membership(me.MembershipSuspended))
    assert len([k for k in await sends_in_the_end(service) if "suspended" in k]) == 2


async def test_a_lapse_finds_its_organisation_whichever_comes_first(
    service: Notifications,
) -> None:
    story = Story()
    await everybody(service, story)
    lapsed = CommitmentLapsed(commitment_id=story.commitment, units=2)
    await service.hears(lapsed, network="")
    assert await service.sends() == []
    made: dict[str, Any] = {"offer": "internship", "kept_by": "placement", "promised": 2}
    made |= {"starts_on": TODAY, "ends_before": TODAY.replace(year=2027)}
    made |= {"commitment_id": story.commitment}
    await service.hears(story.of_membership(me.CommitmentMade, **made))
    assert await sends_in_the_end(service) == [
        "commitment_lapsed contact_person",
        "commitment_lapsed coordinator",
    ]


async def test_all_who_have_the_role_are_told_and_one_act_closes_all(
    service: Notifications,
) -> None:
    story = Story()
    for who in ("anna", "bea"):
        await service.knows("decider", UNIT, address=f"{who}@example.se")
    await service.knows("decider", UNIT, address="far@example.se", network="elsewhere")
    await service.hears(story.shared, story.signed("member"))
    assert await service.sends() == ["countersign_agreement anna", "countersign_agreement bea"]
    await service.hears(story.in_force)
    assert [s for s in await service.states() if "countersign" in s] == [
        "countersign_agreement decider acted"
    ] * 2


async def test_what_was_heard_twice_is_told_once(service: Notifications) -> None:
    story = Story()
    await everybody(service, story)
    about = service.about(story.applied)
    for _ in range(3):
        await service.takes(story.applied, about)
    assert await service.sends() == ["check_application vetting_officer"]


async def test_a_contact_is_told_of_her_organisation_in_every_network(
    service: Notifications,
) -> None:
    story = Story()
    await service.knows("contact_person", story.organisation)
    await service.knows("decider", UNIT)
    await service.hears(story.started, story.signed("member"), network="elsewhere")
    assert await sends_in_the_end(service) == ["placement_started contact_person"]
