"""The whole way of an organisation over HTTP, and what is told on it."""

from datetime import date
from typing import Any
from uuid import uuid4

from tests.membership.conftest import (
    DECLARATION,
    INTERNSHIPS,
    NUMBER,
    STUDY_VISITS,
    Membership,
)
from tests.support.driven import TODAY

WAY = {
    "membership": [
        "membership.applied.v1",
        "values.declared.v1",
        "vetting.started.v1",
        "vetting.decided.v1",
        "membership.approved.v1",
    ],
    "agreement": [
        "agreement.shared_for_signature.v1",
        "agreement.signed.v1",
        "agreement.signed.v1",
        "agreement.in_force.v1",
    ],
}


async def test_an_organisation_goes_all_the_way_and_each_stream_tells_it_in_order(
    membership: Membership,
) -> None:
    member = await membership.joined(STUDY_VISITS, INTERNSHIPS)

    assert await membership.told_about(member["membership_id"]) == WAY["membership"]
    assert await membership.told_about(member["agreement"]["agreement_id"]) == WAY["agreement"]
    for commitment in member["commitments"]:
        assert await membership.told_about(commitment) == ["commitment.made.v1"]
    assert len(await membership.told()) == 11


async def test_who_joined_stands_with_owner_next_action_and_deadline(
    membership: Membership,
) -> None:
    member = await membership.joined(STUDY_VISITS)

    found = await membership.as_member(member, "GET", "")
    assert found | {"agreement": None, "commitments": None} == {
        "membership_id": member["membership_id"],
        "organisation_id": member["organisation_id"],
        "name": "Bageriet Ängen AB",
        "number": "5560000001",
        "sector": "business",
        "size": "small",
        "municipal_unit": False,
        "state": "member",
        "since": TODAY.isoformat(),
        "owner": "coordinator",
        "next_action": "follow up what was promised",
        "deadline": "2029-03-01",
        "overdue": False,
        "values_declared_on": TODAY.isoformat(),
        "conditions": [],
        "ground": None,
        "review": None,
        "agreement": None,
        "commitments": None,
    }
    assert found["agreement"]["state"] == "in_force"
    assert [s["party"] for s in found["agreement"]["signatures"]] == ["member", "municipality"]
    assert found["commitments"][0]["promised"] == 10


async def test_acts_are_told_on_their_own_days_in_the_role_that_did_them(
    membership: Membership,
) -> None:
    member = await membership.applied(applied_on="2026-02-20")
    declared = {"declared_on": "2026-02-23"}
    await membership.as_member(member, "POST", "/values", DECLARATION | declared)

    about = [headers for _, headers, _ in await membership.told_in_full()]
    assert [one["ce_occurredat"] for one in about] == ["2026-02-20", "2026-02-23"]
    assert {one["ce_actorrole"] for one in about} == {"signatory"}
    assert {one["ce_network"] for one in about} == {"jobbpakten"}
    found = await membership.as_member(member, "GET", "")
    assert (found["since"], found["deadline"]) == ("2026-02-20", "2026-03-06")


async def test_an_act_that_has_not_happened_yet_or_came_before_the_last_is_refused(
    membership: Membership,
) -> None:
    member = await membership.declared(applied_on="2026-02-20")
    vetting = f"/members/{member['membership_id']}/vetting"

    for day, status, code in (
        ("2026-03-03", 422, "later_than_today"),
        ("2026-02-19", 409, "before_last_act"),
        (date(2026, 2, 28).isoformat(), 409, "before_last_act"),  # declared on 2 March
    ):
        answer = await membership.call("POST", vetting, "vetting_officer", {"started_on": day})
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_applicant_withdraws_and_all_that_was_under_way_ends(
    membership: Membership,
) -> None:
    vetted = await membership.in_vetting()
    assert (await membership.as_member(vetted, "POST", "/withdrawal", {}))["state"] == "withdrawn"
    path = f"/members/{vetted['membership_id']}/vetting"
    assert (await membership.good("GET", path, "decider"))["state"] == "abandoned"

    shared = await membership.shared(number="559999-0008")
    found = await membership.as_member(shared, "POST", "/withdrawal", {})
    assert (found["state"], found["owner"], found["deadline"]) == ("withdrawn", None, None)
    agreement = await membership.as_member(shared, "GET", "/agreement")
    assert agreement["state"] == "annulled"
    ended = [event for kind, _, event in await membership.told_in_full() if "ended" in kind]
    assert ended == [
        {"membership_id": one["membership_id"], "ground": "withdrawn"} for one in (vetted, shared)
    ]

    member = await membership.joined(number="802000-0009")
    path = f"/members/{member['membership_id']}/withdrawal"
    own = member["organisation_id"]
    answer = await membership.call("POST", path, "signatory", {}, organisation=own)
    assert answer.status_code == 409


async def test_whoever_withdrew_may_apply_again_in_its_own_name_and_later(
    membership: Membership,
) -> None:
    first = await membership.applied(applied_on="2026-02-16")
    own = {"organisation": first["organisation_id"]}
    withdrawn = {"withdrawn_on": "2026-02-23"}
    await membership.as_member(first, "POST", "/withdrawal", withdrawn)

    body = {"number": NUMBER, "name": "Bageriet Ängen AB", "sector": "business", "size": "small"}
    stranger = await membership.call("POST", "/members", "signatory", body)
    assert stranger.status_code == 404
    before = body | {"applied_on": "2026-02-22"}
    early = await membership.call("POST", "/members", "signatory", before, **own)
    assert (early.status_code, early.json()["code"]) == (409, "before_last_act")
    second = await membership.applied(applied_on="2026-02-23", **own)
    assert second["organisation_id"] == first["organisation_id"]
    assert second["membership_id"] != first["membership_id"]


async def test_nobody_vets_before_the_values_are_declared(membership: Membership) -> None:
    member = await membership.applied()
    path = f"/members/{member['membership_id']}/vetting"
    answer = await membership.call("POST", path, "vetting_officer", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "values_not_declared")


async def test_a_role_that_never_may_finds_nothing_and_a_wrong_state_is_said(
    membership: Membership,
) -> None:
    member = await membership.declared()
    path = f"/members/{member['membership_id']}"
    for role, act, status in (
        ("coordinator", "/vetting", 404),
        ("decider", "/vetting/decision", 404),  # there is no vetting yet
        ("coordinator", "/agreement", 409),
        ("signatory", "/vetting", 404),
    ):
        body: Any = {"outcome": "accepted"} if "decision" in act else {}
        body = {"commitments": []} if "agreement" in act else body
        answer = await membership.call("POST", path + act, role, body)
        assert answer.status_code == status, (role, act, answer.text)
    unknown = await membership.call("GET", f"/members/{uuid4()}", "coordinator")
    assert unknown.status_code == 404


async def test_what_is_told_on_the_way_says_whose_it_is_and_by_which_day_the_next_act_is_due(
    membership: Membership,
) -> None:
    member = await membership.joined(STUDY_VISITS)
    rejected = await membership.vetted("no", number="559999-0008")
    path = f"/members/{rejected['membership_id']}/vetting/decision"
    refusal = {"outcome": "refused", "ground": "working_conditions"}
    await membership.good("POST", path, "decider", refusal)

    told = [
        (kind, event["organisation_id"], event.get("act_by"))
        for kind, _, event in await membership.told_in_full()
        if "organisation_id" in event and "commitment_id" not in event
    ]
    own, other = member["organisation_id"], rejected["organisation_id"]
    assert told == [
        ("membership.applied.v1", own, "2026-03-16"),
        ("membership.approved.v1", own, "2026-05-25"),
        ("agreement.shared_for_signature.v1", own, "2026-05-25"),
        ("agreement.signed.v1", own, "2026-05-25"),
        ("agreement.signed.v1", own, "2029-03-01"),
        ("agreement.in_force.v1", own, None),
        ("membership.applied.v1", other, "2026-03-16"),
        ("membership.rejected.v1", other, "2026-03-23"),
    ]
