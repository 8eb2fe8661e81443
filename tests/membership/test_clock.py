"""What the clock does: an approval that became no agreement in time lapses, once."""

from datetime import date

from tests.membership.conftest import STUDY_VISITS, Membership

LAST_DAY, DAY_AFTER, MUCH_LATER = date(2026, 5, 25), date(2026, 5, 26), date(2026, 6, 2)


async def test_an_approval_lapses_the_day_after_its_deadline_with_its_draft(
    membership: Membership,
) -> None:
    member = await membership.drafted(STUDY_VISITS)
    told = await membership.told()
    await membership.set_the_day(LAST_DAY)
    assert await membership.do_what_is_due() == 0
    await membership.set_the_day(DAY_AFTER)

    assert await membership.do_what_is_due() == 1
    assert await membership.do_what_is_due() == 0
    found = await membership.as_member(member, "GET", "")
    assert (found["state"], found["agreement"]["state"]) == ("lapsed", "annulled")
    assert found["since"] == "2026-05-26"
    assert await membership.told() == told
    assert (await membership.applied())["membership_id"] != member["membership_id"]


async def test_a_clock_that_stood_still_catches_up(membership: Membership) -> None:
    await membership.approved()
    await membership.shared(number="559999-0008")
    await membership.set_the_day(MUCH_LATER)
    assert await membership.do_what_is_due() == 2


async def test_what_the_member_has_signed_does_not_lapse_but_the_municipality_is_late(
    membership: Membership,
) -> None:
    member = await membership.shared(STUDY_VISITS)
    signature = {"text_hash": member["agreement"]["text_hash"]}
    await membership.as_member(member, "POST", "/agreement/signatures", signature)
    await membership.set_the_day(MUCH_LATER)

    assert await membership.do_what_is_due() == 0
    found = await membership.as_member(member, "GET", "")
    assert (found["state"], found["overdue"]) == ("approved", True)
    path = f"/members/{member['membership_id']}/agreement/signatures"
    await membership.good("POST", path, "decider", signature)


async def test_applications_vettings_and_members_do_not_lapse(membership: Membership) -> None:
    await membership.applied()
    await membership.in_vetting(number="559999-0008")
    await membership.joined(number="802000-0009")
    await membership.set_the_day(date(2030, 1, 1))
    assert await membership.do_what_is_due() == 0
    everybody = await membership.good("GET", "/members", "coordinator")
    assert [one["overdue"] for one in everybody["members"]] == [True, True, True]
