"""Every list and file says what waits and for whom; who decides can read what she decides on."""

from typing import Any

import pytest
from tests.membership.conftest import INTERNSHIPS, NUMBER, OTHER_NUMBER, STUDY_VISITS, Membership
from tests.support.refusals import looks

from membership.rules.access import DECIDER
from membership.rules.agreement import AGREEMENT
from membership.rules.commitment import COMMITMENT
from membership.rules.membership import MEMBERSHIP
from membership.rules.vetting import VETTING

# How far an applicant came, and for whom it waits there, to do what.
STAGES = {
    "applied": ("signatory", "declare the network's values"),
    "declared": ("vetting_officer", "check that it is complete, start the vetting"),
    "in_vetting": ("vetting_officer", "vet, and hand it to a decider"),
    "vetted": ("decider", "decide on what was found out"),
    "approved": ("coordinator", "bring the agreement into force"),
    "drafted": ("coordinator", "settle the terms and share them"),
    "shared": ("signatory", "sign for the member"),
    "joined": ("coordinator", "follow up what was promised"),
}
NUMBERS = (NUMBER, OTHER_NUMBER, "802000-0009", "212000-0001")
WAITING = {"state", "since", "owner", "next_action", "deadline"}


def waits(row: Any) -> tuple[str, str]:
    assert row.keys() >= WAITING
    assert row["deadline"]
    return row["owner"], row["next_action"]


async def signed_by_the_member(membership: Membership) -> Any:
    member = await membership.shared(STUDY_VISITS)
    signature = {"text_hash": member["agreement"]["text_hash"]}
    await membership.as_member(member, "POST", "/agreement/signatures", signature)
    return member


@pytest.mark.parametrize("stage", STAGES)
async def test_each_row_says_for_whom_it_waits_and_so_does_the_file(
    membership: Membership, stage: str
) -> None:
    member = await getattr(membership, stage)()
    own = {"organisation": member["organisation_id"]}
    for role, claims in (("coordinator", {}), ("decider", {}), ("signatory", own)):
        (row,) = (await membership.good("GET", "/members", role, **claims))["members"]
        file = await membership.good("GET", f"/members/{member['membership_id']}", role, **claims)
        assert waits(row) == waits(file) == STAGES[stage], role


async def test_what_the_member_has_signed_waits_for_a_decider(membership: Membership) -> None:
    await signed_by_the_member(membership)
    (row,) = (await membership.good("GET", "/members", "decider"))["members"]
    assert waits(row) == ("decider", "sign for the municipality")


async def test_an_answered_vetting_waits_for_a_decider_until_it_is_decided(
    membership: Membership,
) -> None:
    member = await membership.vetted()
    path = f"/members/{member['membership_id']}/vetting"
    found = await membership.good("GET", path, "decider")
    assert waits(found) == STAGES["vetted"]
    assert found["answered_on"] == "2026-03-02"
    decided = await membership.good("POST", f"{path}/decision", "decider", {"outcome": "accepted"})
    assert (decided["owner"], decided["next_action"], decided["deadline"]) == (None, None, None)


async def test_whoever_left_waits_for_nobody(membership: Membership) -> None:
    await membership.as_member(await membership.applied(), "POST", "/withdrawal", {})
    (row,) = (await membership.good("GET", "/members", "coordinator"))["members"]
    assert (row["owner"], row["next_action"], row["deadline"]) == (None, None, None)


async def test_a_list_of_many_asks_no_more_often_than_a_list_of_one(
    membership: Membership,
) -> None:
    asked = []
    for number in NUMBERS:
        await membership.shared(number=number)
        with looks(membership, "SELECT") as found:
            await membership.good("GET", "/members", "coordinator")
        asked.append(len(found))
    assert len({*asked}) == 1


def test_these_are_all_decisions_that_a_decider_takes_in_membership() -> None:
    machines = (MEMBERSHIP, VETTING, AGREEMENT, COMMITMENT)
    decided = {by for one in machines for by, roles in one.roles.items() if roles & DECIDER}
    vetting = {"accept", "accept_with_conditions", "refuse", "approve", "reject"}
    assert decided == vetting | {"sign", "join", "make", "suspend", "reinstate"}


async def test_a_decider_reads_all_that_a_decision_on_an_applicant_rests_on(
    membership: Membership,
) -> None:
    member = await membership.vetted("no", name="Törnеstam Bygg")
    path = f"/members/{member['membership_id']}"
    file = await membership.good("GET", path, "decider")
    assert (file["name"], file["number"]) == ("Törnеstam Bygg", "5560000001")
    assert file["values_declared_on"] == "2026-03-02"
    vetting = await membership.good("GET", f"{path}/vetting", "decider")
    assert {one["answer"] for one in vetting["checklist"].values()} == {"no"}
    assert {one["evidence"] for one in vetting["checklist"].values()} == {"AMN-2024-00562"}
    (finding,) = await membership.good("GET", "/organisations/findings", "decider")
    assert finding == {"code": "mixed_letters", "organisation_ids": [member["organisation_id"]]}
    grounds = (await membership.good("GET", "", "decider"))["refusal_grounds"]
    refusal = {"outcome": "refused", "ground": next(iter(grounds))}
    await membership.good("POST", f"{path}/vetting/decision", "decider", refusal)
    decided = await membership.good("GET", f"{path}/vetting", "decider")
    assert (decided["state"], decided["ground"]) == ("refused", refusal["ground"])


async def test_a_decider_reads_the_text_that_she_signs_and_who_has_signed_it(
    membership: Membership,
) -> None:
    member = await signed_by_the_member(membership)
    path = f"/members/{member['membership_id']}/agreement"
    found = await membership.good("GET", path, "decider")
    assert waits(found) == ("decider", "sign for the municipality")
    assert [one["offer"] for one in found["commitments"]] == ["study_visit"]
    assert [one["party"] for one in found["signatures"]] == ["member"]
    body = {"text_hash": found["text_hash"]}
    assert (await membership.good("POST", f"{path}/signatures", "decider", body))["state"]


async def test_a_decider_reads_why_and_until_when_a_member_stands_aside_and_what_it_promised(
    membership: Membership,
) -> None:
    member = await membership.joined(STUDY_VISITS, INTERNSHIPS)
    path = f"/members/{member['membership_id']}"
    body = {"ground": "working_conditions"}
    await membership.good("POST", f"{path}/suspension", "decider", body)
    found = await membership.good("GET", path, "decider")
    assert waits(found) == ("decider", "decide whether it is a member again")
    assert (found["ground"], found["since"]) == ("working_conditions", "2026-03-02")
    assert found["review"]["sv"]
    promised = await membership.good("GET", f"{path}/commitments", "decider")
    assert {one["offer"] for one in promised} == {"study_visit", "internship"}
    back = await membership.good("POST", f"{path}/reinstatement", "decider", {})
    assert back["state"] == "member"
