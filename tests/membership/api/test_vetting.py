"""Vetting over HTTP: one prepares, another decides, and a refusal can be reviewed."""

from typing import Any

from tests.membership.conftest import ITEMS, Membership

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
        assert "890102" not in refused.text
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


async def test_what_is_not_all_yes_is_accepted_only_with_the_open_items_as_conditions(
    membership: Membership,
) -> None:
    member = await membership.in_vetting()
    path = f"/members/{member['membership_id']}/vetting/answers"
    given = [{"item": item, "answer": "yes", "evidence": "A 1"} for item in [*ITEMS][1:]]
    await membership.good("PUT", path, "vetting_officer", {"answers": given})

    refused = await decide(membership, member, {"outcome": "accepted"})
    assert (refused.status_code, refused.json()["code"]) == (409, "items_unmet")
    accepted = await decide(membership, member, {"outcome": "accepted_with_conditions"})
    assert accepted.json()["conditions"] == [next(iter(ITEMS))]
    assert (await membership.as_member(member, "GET", ""))["state"] == "approved"


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
    assert (await membership.applied())["membership_id"] != member["membership_id"]


async def test_an_employer_does_not_see_the_evidence(membership: Membership) -> None:
    member = await membership.in_vetting()
    path, own = f"/members/{member['membership_id']}/vetting", member["organisation_id"]
    assert (await membership.call("GET", path, "signatory", organisation=own)).status_code == 404
