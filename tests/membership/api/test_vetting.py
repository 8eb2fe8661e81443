"""Vetting over HTTP: one prepares, another decides, and a refusal can be reviewed."""

from datetime import date
from typing import Any

from tests.membership.conftest import DECLARATION, ITEMS, Membership
from tests.support.chance import without_chance

ODD = [
    ({"answer": "yes"}, ""),
    ({"answer": "maybe"}, "/answer"),
    ({"answer": "no", "item": "horoscope"}, "/item"),
    ({"answer": "no", "evidence": "she told me"}, "/evidence"),
    ({"answer": "no", "evidence": "A 890102-3286"}, "/evidence"),
]


async def decide(membership: Membership, member: Any, body: Any, actor: str = "decider-1") -> Any:
    path = f"/members/{member['membership_id']}/vetting/decision"
    return await membership.call("POST", path, "decider", body, actor=actor)


async def test_what_nobody_answered_stands_as_unknown(membership: Membership) -> None:
    member = await membership.in_vetting()
    path = f"/members/{member['membership_id']}/vetting/answers"
    given = [{"item": "taxes_paid", "answer": "yes", "evidence": "AMN-2024-00562"}]
    found = await membership.good("PUT", path, "vetting_officer", {"answers": given})

    assert found["checklist"].pop("taxes_paid") == {"answer": "yes", "evidence": "AMN-2024-00562"}
    assert {one["answer"] for one in found["checklist"].values()} == {"unknown"}
    assert (found["state"], found["owner"]) == ("under_review", "vetting_officer")
    assert found["deadline"] == "2026-03-23"


async def test_an_odd_answer_is_refused_and_none_of_the_others_is_kept(
    membership: Membership,
) -> None:
    member = await membership.in_vetting()
    path = f"/members/{member['membership_id']}/vetting"
    for odd, pointer in ODD:
        body = {"answers": [{"item": "taxes_paid"} | odd, {"item": "insured", "answer": "no"}]}
        refused = await membership.call("PUT", f"{path}/answers", "vetting_officer", body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == f"/answers/0{pointer}"
        assert "890102" not in without_chance(refused.text)
    found = await membership.good("GET", path, "vetting_officer")
    assert {one["answer"] for one in found["checklist"].values()} == {"unknown"}


async def test_whoever_prepared_a_vetting_never_decides_it(membership: Membership) -> None:
    member = await membership.vetted()
    path = f"/members/{member['membership_id']}/vetting/answers"
    more = {"answers": [{"item": "insured", "answer": "yes", "evidence": "§ 7"}]}
    await membership.good("PUT", path, "vetting_officer", more, actor="vetting_officer-2")

    for officer in ("vetting_officer-1", "vetting_officer-2"):
        answer = await decide(membership, member, {"outcome": "accepted"}, actor=officer)
        assert (answer.status_code, answer.json()["code"]) == (409, "four_eyes")
    assert "vetting.decided.v1" not in await membership.told()
    assert (await decide(membership, member, {"outcome": "accepted"})).status_code == 201


async def test_whoever_acted_for_the_applicant_never_decides(membership: Membership) -> None:
    member = await membership.applied()
    path = f"/members/{member['membership_id']}"
    own = {"organisation": member["organisation_id"], "actor": "anna"}
    await membership.good("POST", f"{path}/values", "signatory", DECLARATION, **own)
    await membership.good("POST", f"{path}/vetting", "vetting_officer", {})
    refusal = {"outcome": "refused", "ground": "not_verified"}
    for actor in ("signatory-1", "anna"):
        answer = await decide(membership, member, refusal, actor=actor)
        assert (answer.status_code, answer.json()["code"]) == (409, "four_eyes")
    body = refusal, {"organisation": member["organisation_id"]}
    with_one = await membership.call(
        "POST", f"{path}/vetting/decision", "decider", body[0], **body[1]
    )
    assert with_one.status_code == 404
    assert (await decide(membership, member, refusal)).status_code == 201


async def test_nothing_is_decided_before_the_answers_it_rests_on(membership: Membership) -> None:
    member = await membership.in_vetting(applied_on="2026-02-20")
    await membership.set_the_day(date(2026, 3, 10))
    path = f"/members/{member['membership_id']}/vetting/answers"
    given = [{"item": item, "answer": "yes", "evidence": "A 1"} for item in ITEMS]
    for day, status in (("2026-03-01", 409), ("2026-03-06", 200), ("2026-03-05", 200)):
        body = {"answers": given, "answered_on": day}
        answer = await membership.call("PUT", path, "vetting_officer", body)
        assert answer.status_code == status

    early = await decide(membership, member, {"outcome": "accepted", "decided_on": "2026-03-05"})
    assert (early.status_code, early.json()["code"]) == (409, "before_last_act")
    decided = {"outcome": "accepted", "decided_on": "2026-03-06"}
    assert (await decide(membership, member, decided)).status_code == 201


async def test_what_is_not_all_yes_is_accepted_only_with_the_open_items_as_conditions(
    membership: Membership,
) -> None:
    member = await membership.in_vetting()
    path = f"/members/{member['membership_id']}/vetting/answers"
    given = [{"item": item, "answer": "yes", "evidence": "A 1"} for item in [*ITEMS][1:]]
    await membership.good("PUT", path, "vetting_officer", {"answers": given})

    for outcome in ("accepted", "accepted_with_conditions"):
        early = await decide(membership, member, {"outcome": outcome})
        assert (early.status_code, early.json()["code"]) == (409, "items_unanswered")
    no = {"answers": [{"item": next(iter(ITEMS)), "answer": "no"}]}
    await membership.good("PUT", path, "vetting_officer", no)
    refused = await decide(membership, member, {"outcome": "accepted"})
    assert (refused.status_code, refused.json()["code"]) == (409, "items_unmet")
    accepted = await decide(membership, member, {"outcome": "accepted_with_conditions"})
    assert accepted.json()["conditions"] == [next(iter(ITEMS))]
    found = await membership.as_member(member, "GET", "")
    assert (found["state"], found["conditions"]) == ("approved", [next(iter(ITEMS))])


async def test_a_refusal_is_told_with_its_ground_and_says_how_it_is_reviewed(
    membership: Membership,
) -> None:
    member = await membership.vetted(answer="no")
    for ground, status in (("dislike", 422), (None, 422), ("not_verified", 409)):
        body = {"outcome": "refused", "ground": ground}
        assert (await decide(membership, member, body)).status_code == status

    body = {"outcome": "refused", "ground": "working_conditions"}
    found = (await decide(membership, member, body)).json()
    assert (found["state"], found["ground"]) == ("refused", "working_conditions")
    assert set(found["review"]) == {"sv", "en"}
    assert await membership.told() == [
        "membership.applied.v1",
        "values.declared.v1",
        "vetting.started.v1",
        "vetting.decided.v1",
        "membership.rejected.v1",
    ]
    assert (await membership.told_in_full())[-1][2]["ground"] == "working_conditions"
    again = await decide(membership, member, {"outcome": "accepted"})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    own = await membership.as_member(member, "GET", "")
    assert (own["ground"], own["review"]) == ("working_conditions", found["review"])
    assert await membership.applied(organisation=member["organisation_id"])


async def test_an_employer_does_not_see_the_evidence(membership: Membership) -> None:
    member = await membership.in_vetting()
    path, own = f"/members/{member['membership_id']}/vetting", member["organisation_id"]
    assert (await membership.call("GET", path, "signatory", organisation=own)).status_code == 404
