"""What the clock does: an approval that became no agreement in time lapses, once."""

import asyncio
from datetime import date

from sqlalchemy import text
from tests.membership.conftest import STUDY_VISITS, Membership
from tests.support.eventually import PATIENCE_S, eventually

LAST_DAY, DAY_AFTER, MUCH_LATER = date(2026, 5, 25), date(2026, 5, 26), date(2026, 6, 2)


async def test_an_approval_lapses_the_day_after_its_deadline_with_its_draft(
    membership: Membership,
) -> None:
    member = await membership.drafted(STUDY_VISITS)
    await membership.set_the_day(LAST_DAY)
    assert await membership.do_what_is_due() == 0
    await membership.set_the_day(DAY_AFTER)

    assert await membership.do_what_is_due() == 1
    assert await membership.do_what_is_due() == 0
    found = await membership.as_member(member, "GET", "")
    assert (found["state"], found["agreement"]["state"]) == ("lapsed", "annulled")
    assert found["since"] == "2026-05-26"
    kind, about, event = (await membership.told_in_full())[-1]
    assert (kind, event["ground"]) == ("membership.ended.v1", "lapsed")
    assert (about["ce_occurredat"], about["ce_network"]) == ("2026-05-26", "jobbpakten")
    assert (await membership.told()).count("membership.ended.v1") == 1
    again = await membership.applied(organisation=member["organisation_id"])
    assert again["membership_id"] != member["membership_id"]


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


async def test_what_is_signed_while_the_clock_waits_for_it_does_not_lapse(
    membership: Membership,
) -> None:
    await membership.shared(STUDY_VISITS)
    await membership.set_the_day(MUCH_LATER)
    async with membership.database.transaction() as tx:
        connection = await tx.connection()
        await connection.execute(text("SELECT FROM memberships FOR UPDATE"))
        await connection.execute(text("UPDATE agreements SET state = 'partly_signed'"))
        clock = asyncio.create_task(membership.do_what_is_due())
        waits = text("SELECT 1 FROM pg_locks WHERE NOT granted")

        async def somebody_waits() -> None:
            assert await connection.scalar(waits)

        await eventually(somebody_waits)
    assert await clock == 0
    assert (await membership.told())[-1] == "agreement.shared_for_signature.v1"


async def test_the_clock_waits_for_nothing_that_it_would_not_end(membership: Membership) -> None:
    member = await membership.shared(STUDY_VISITS)
    signature = {"text_hash": member["agreement"]["text_hash"]}
    await membership.as_member(member, "POST", "/agreement/signatures", signature)
    await membership.set_the_day(MUCH_LATER)
    async with membership.database.transaction() as tx:
        await (await tx.connection()).execute(text("SELECT FROM memberships FOR UPDATE"))
        assert await asyncio.wait_for(membership.do_what_is_due(), PATIENCE_S / 2) == 0


async def test_applications_vettings_and_members_do_not_lapse(membership: Membership) -> None:
    await membership.applied()
    await membership.in_vetting(number="559999-0008")
    await membership.joined(number="802000-0009")
    await membership.set_the_day(date(2030, 1, 1))
    assert await membership.do_what_is_due() == 0
    everybody = await membership.good("GET", "/members", "coordinator")
    assert [one["overdue"] for one in everybody["members"]] == [True, True, True]
