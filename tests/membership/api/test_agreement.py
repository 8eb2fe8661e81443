"""Agreements over HTTP: fit to the organisation, edited by two, frozen, signed in order."""

import asyncio
from typing import Any

from tests.membership.conftest import INTERNSHIPS, STUDY_VISITS, TODAY, Membership

ODD: list[tuple[Any, str]] = [
    ({"commitments": []}, "/we_chose_how"),
    ({"commitments": [{"offer": "internship", "units": 13}]}, "/commitments/0/units"),
    ({"commitments": [{"offer": "internship", "units": 0}]}, "/commitments/0/units"),
    ({"commitments": [{"offer": "internship", "units": 1.5}]}, "/commitments/0/units"),
    ({"commitments": [{"offer": "astronaut", "units": 1}]}, "/commitments/0/offer"),
    ({"commitments": [INTERNSHIPS | {"starts_on": "2026-03-01"}]}, "/commitments/0/starts_on"),
    ({"commitments": [INTERNSHIPS], "ends_before": "2029-03-03"}, "/starts_on"),
    ({"commitments": [INTERNSHIPS], "starts_on": "2026-03-01"}, "/starts_on"),
    ({"commitments": [INTERNSHIPS], "starts_on": "9999-12-31"}, "/starts_on"),
    ({}, "/commitments"),
]


def path(member: Any, act: str = "") -> str:
    return f"/members/{member['membership_id']}/agreement{act}"


async def test_a_promise_runs_for_the_whole_term_unless_it_says_when(
    membership: Membership,
) -> None:
    summer = {"starts_on": "2026-06-01", "ends_before": "2026-09-01"}
    member = await membership.drafted(STUDY_VISITS, INTERNSHIPS | summer)
    first, second = member["agreement"]["commitments"]
    assert (first["starts_on"], first["ends_before"]) == (TODAY.isoformat(), "2029-03-02")
    assert (second["starts_on"], second["ends_before"]) == ("2026-06-01", "2026-09-01")


async def test_choosing_how_to_take_part_is_an_agreement_without_commitments(
    membership: Membership,
) -> None:
    member = await membership.joined()
    assert member["agreement"]["we_chose_how"] is True
    assert member["commitments"] == []
    assert "commitment.made.v1" not in await membership.told()
    assert (await membership.as_member(member, "GET", ""))["state"] == "member"


async def test_terms_that_do_not_fit_a_small_organisation_are_refused_where_they_do_not(
    membership: Membership,
) -> None:
    member = await membership.approved()
    for body, pointer in ODD:
        answer = await membership.call("POST", path(member), "coordinator", body)
        found = (answer.status_code, answer.json()["errors"][0]["pointer"])
        assert found == (422, pointer), body
    assert (await membership.call("GET", path(member), "coordinator")).status_code == 404


async def test_limits_follow_the_size(membership: Membership) -> None:
    await membership.drafted({"offer": "internship", "units": 150}, employees=300)


async def test_of_two_who_edit_one_draft_the_slower_reads_again(membership: Membership) -> None:
    member = await membership.drafted(STUDY_VISITS)
    read = await membership.call("GET", path(member), "coordinator")
    assert read.headers["etag"] == '"1"'
    body = {"commitments": [INTERNSHIPS]}
    calls = (
        membership.call("PUT", path(member), "coordinator", body, If_Match=read.headers["etag"])
        for _ in range(2)
    )
    answers = sorted(await asyncio.gather(*calls), key=lambda answer: answer.status_code)

    assert [answer.status_code for answer in answers] == [200, 412]
    assert answers[0].headers["etag"] == '"2"'
    blind = await membership.call("PUT", path(member), "coordinator", body)
    assert blind.status_code == 422
    assert await membership.good("POST", path(member, "/sharing"), "coordinator", {})
    late = await membership.call("PUT", path(member), "coordinator", body, If_Match='"3"')
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")


async def test_there_is_one_draft(membership: Membership) -> None:
    member = await membership.drafted()
    body = {"commitments": [], "we_chose_how": True}
    answer = await membership.call("POST", path(member), "coordinator", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_drafted")


async def test_the_member_signs_first_and_only_the_text_that_was_shared(
    membership: Membership,
) -> None:
    member = await membership.shared(STUDY_VISITS)
    own = {"organisation": member["organisation_id"]}
    signature = {"text_hash": member["agreement"]["text_hash"]}
    signatures = path(member, "/signatures")

    early = await membership.call("POST", signatures, "decider", signature)
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    other = {"text_hash": "0" * 64}
    answer = await membership.call("POST", signatures, "signatory", other, **own)
    assert (answer.status_code, answer.json()["code"]) == (409, "another_text")
    stranger = await membership.call("POST", signatures, "signatory", signature)
    assert stranger.status_code == 404

    signed = await membership.good("POST", signatures, "signatory", signature, **own)
    assert (signed["state"], signed["owner"]) == ("partly_signed", "decider")
    twice = await membership.call("POST", signatures, "signatory", signature, **own)
    assert twice.status_code == 409


async def test_whoever_prepared_an_agreement_never_signs_it_for_the_municipality(
    membership: Membership,
) -> None:
    member = await membership.shared()
    signature = {"text_hash": member["agreement"]["text_hash"]}
    await membership.as_member(member, "POST", "/agreement/signatures", signature)
    answer = await membership.call(
        "POST", path(member, "/signatures"), "decider", signature, actor="coordinator-1"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "four_eyes")


async def test_two_signatures_at_once_bring_it_into_force_once(membership: Membership) -> None:
    member = await membership.shared(STUDY_VISITS)
    signature = {"text_hash": member["agreement"]["text_hash"]}
    await membership.as_member(member, "POST", "/agreement/signatures", signature)
    calls = (
        membership.call("POST", path(member, "/signatures"), "decider", signature) for _ in range(3)
    )
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert (await membership.told()).count("commitment.made.v1") == 1


async def test_what_is_signed_is_what_was_shared_down_to_the_unit(membership: Membership) -> None:
    one = await membership.shared(STUDY_VISITS)
    other = await membership.shared(STUDY_VISITS, number="559999-0008")
    hashes = {member["agreement"]["text_hash"] for member in (one, other)}
    assert len(hashes) == 2
