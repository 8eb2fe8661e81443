"""Suspension over HTTP: who, on which ground, what it stops and what it leaves alone."""

from datetime import date
from typing import Any

import pytest
from tests.membership.conftest import INTERNSHIPS, STUDY_VISITS, Membership

LATER = date(2026, 3, 16)
WORKING_CONDITIONS = {"ground": "working_conditions"}


async def suspended(membership: Membership, *commitments: Any, **differs: Any) -> Any:
    """Give a member that is suspended on the day on which it joined."""
    member = await membership.joined(*commitments, **differs)
    path = f"/members/{member['membership_id']}/suspension"
    return member | await membership.good("POST", path, "decider", WORKING_CONDITIONS)


async def test_a_suspended_member_stands_with_owner_next_action_deadline_ground_and_review(
    membership: Membership,
) -> None:
    member = await suspended(membership, STUDY_VISITS)

    assert (member["state"], member["owner"]) == ("suspended", "decider")
    assert member["next_action"] == "decide whether it is a member again"
    assert (member["deadline"], member["overdue"]) == ("2026-04-27", False)
    found = await membership.as_member(member, "GET", "")
    assert found["ground"] == "working_conditions"
    assert found["review"]["sv"].endswith("Visa vad som har rättats.")
    assert found["agreement"]["deadline"] == "2029-03-01", "the agreement goes on"
    await membership.set_the_day(date(2026, 4, 28))
    assert (await membership.as_member(member, "GET", ""))["overdue"]


async def test_suspension_and_reinstatement_are_told_once_each_on_their_own_days(
    membership: Membership,
) -> None:
    member = await membership.joined()
    path = f"/members/{member['membership_id']}"
    await membership.set_the_day(LATER)
    body = WORKING_CONDITIONS | {"suspended_on": "2026-03-09"}
    await membership.good("POST", f"{path}/suspension", "decider", body)
    again = {"reinstated_on": "2026-03-13"}
    found = await membership.good("POST", f"{path}/reinstatement", "decider", again)

    assert (found["state"], found["since"]) == ("member", "2026-03-13")
    assert found["deadline"] == "2029-03-01", "the term is as it was agreed"
    whole = await membership.as_member(member, "GET", "")
    assert (whole["ground"], whole["review"]) == (None, None)
    told = (await membership.told_in_full())[-2:]
    who = {"membership_id": member["membership_id"], "organisation_id": member["organisation_id"]}
    assert [(kind, event) for kind, _, event in told] == [
        ("membership.suspended.v1", who | WORKING_CONDITIONS),
        ("membership.reinstated.v1", who),
    ]
    days = [(about["ce_occurredat"], about["ce_actorrole"]) for _, about, _ in told]
    assert days == [("2026-03-09", "decider"), ("2026-03-13", "decider")]


@pytest.mark.parametrize("noted", ["{}", "{2026-02-10,2026-02-20}"])
async def test_whom_a_release_suspended_that_noted_no_days_is_reinstated_with_them(
    membership: Membership, noted: str
) -> None:
    member = await membership.joined(STUDY_VISITS)
    path = f"/members/{member['membership_id']}"
    body = WORKING_CONDITIONS | {"suspended_on": "2026-03-02"}
    await membership.good("POST", f"{path}/suspension", "decider", body)
    async with membership.database.transaction() as tx:
        await (await tx.connection()).exec_driver_sql(f"UPDATE memberships SET turns = '{noted}'")
    await membership.set_the_day(LATER)
    again = {"reinstated_on": "2026-03-13"}
    await membership.good("POST", f"{path}/reinstatement", "decider", again)

    held = f"/commitments/{member['commitments'][0]}/activities", "coordinator"
    refused = await membership.call("POST", *held, {"held_on": "2026-03-09"})
    assert (refused.status_code, refused.json()["code"]) == (409, "suspended")
    await membership.good("POST", *held, {"held_on": "2026-03-13"})


async def test_only_a_decider_who_did_not_apply_suspends_and_only_a_member(
    membership: Membership,
) -> None:
    member = await membership.joined()
    path = f"/members/{member['membership_id']}"
    for act, body in (("/suspension", WORKING_CONDITIONS), ("/reinstatement", {})):
        for role in ("coordinator", "vetting_officer", "signatory", "system", "caseworker"):
            answer = await membership.call("POST", path + act, role, body)
            assert answer.status_code == 404, (act, role)
        applicant = {"actor": "signatory-1"}
        answer = await membership.call("POST", path + act, "decider", body, **applicant)
        code = "four_eyes" if act == "/suspension" else "wrong_state"
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        if act == "/suspension":
            reinstate = await membership.call("POST", f"{path}/reinstatement", "decider", {})
            assert reinstate.json()["code"] == "wrong_state"
    await membership.good("POST", f"{path}/suspension", "decider", WORKING_CONDITIONS)
    twice = await membership.call("POST", f"{path}/suspension", "decider", WORKING_CONDITIONS)
    assert twice.json()["code"] == "wrong_state"
    other = await membership.approved(number="559999-0008")
    early = f"/members/{other['membership_id']}/suspension"
    answer = await membership.call("POST", early, "decider", WORKING_CONDITIONS)
    assert answer.json()["code"] == "wrong_state"


async def test_an_odd_ground_or_day_is_refused_and_nothing_is_told(
    membership: Membership,
) -> None:
    member = await membership.joined()
    path = f"/members/{member['membership_id']}/suspension"
    before = await membership.told()
    for body, status, code in (
        ({"ground": "dislike"}, 422, "unknown_ground"),
        (WORKING_CONDITIONS | {"suspended_on": "2026-03-03"}, 422, "later_than_today"),
        (WORKING_CONDITIONS | {"suspended_on": "2026-03-01"}, 409, "before_last_act"),
    ):
        answer = await membership.call("POST", path, "decider", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await membership.told() == before


async def test_a_suspended_member_promises_nothing_more_but_may_be_let_go(
    membership: Membership,
) -> None:
    member = await suspended(membership, STUDY_VISITS, INTERNSHIPS)
    visits, internships = member["commitments"]
    for commitment in (visits, internships):
        await membership.counted(commitment)
    path = f"/commitments/{visits}/renegotiations"
    raised = {"promised": 11, "ground": "more_wanted"}
    answer = await membership.call("POST", path, "coordinator", raised)
    assert (answer.status_code, answer.json()["code"]) == (409, "suspended")
    cut = {"promised": 9, "ground": "shrunk"}
    assert (await membership.good("POST", path, "coordinator", cut))["promised"] == 9
    release = f"/commitments/{internships}/release"
    await membership.good("POST", release, "coordinator", {"ground": "workplace_closed"})

    draft = f"/members/{member['membership_id']}/agreement"
    answer = await membership.call("POST", draft, "coordinator", {"commitments": []})
    assert answer.json()["code"] == "wrong_state"
    again = {"number": "556000-0001", "name": "Bageriet", "sector": "business", "size": "small"}
    own = {"organisation": member["organisation_id"]}
    answer = await membership.call("POST", "/members", "signatory", again, **own)
    assert answer.json()["code"] == "already_applied"


async def test_what_was_held_before_the_suspension_is_recorded_and_what_came_after_is_not(
    membership: Membership,
) -> None:
    member = await suspended(membership, STUDY_VISITS)
    path = f"/commitments/{member['commitments'][0]}/activities"
    await membership.set_the_day(LATER)
    await membership.good("POST", path, "coordinator", {"held_on": "2026-03-02"})
    answer = await membership.call("POST", path, "coordinator", {"held_on": "2026-03-03"})
    assert (answer.status_code, answer.json()["code"]) == (409, "suspended")
    reinstated = f"/members/{member['membership_id']}/reinstatement"
    await membership.good("POST", reinstated, "decider", {})
    await membership.good("POST", path, "coordinator", {"held_on": "2026-03-16"})
    assert (await membership.told()).count("activity.held.v1") == 2


async def test_a_reinstatement_makes_nothing_good_that_came_while_it_was_suspended(
    membership: Membership,
) -> None:
    member = await suspended(membership, STUDY_VISITS)
    commitment = member["commitments"][0]
    await membership.counted(commitment)
    await membership.set_the_day(LATER)
    reinstated = f"/members/{member['membership_id']}/reinstatement"
    await membership.good("POST", reinstated, "decider", {"reinstated_on": "2026-03-13"})

    held = f"/commitments/{commitment}/activities"
    raised = f"/commitments/{commitment}/renegotiations"
    for path, body in (
        (held, {"held_on": "2026-03-12"}),
        (raised, {"promised": 11, "ground": "more_wanted", "agreed_on": "2026-03-12"}),
    ):
        answer = await membership.call("POST", path, "coordinator", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "suspended")
    await membership.good("POST", held, "coordinator", {"held_on": "2026-03-13"})
    again = {"promised": 11, "ground": "more_wanted", "agreed_on": "2026-03-13"}
    await membership.good("POST", raised, "coordinator", again)
