"""Agreements over HTTP: fit to the organisation, edited by two, frozen, signed in order."""

import asyncio
from datetime import date
from typing import Any

import pytest
from tests.membership.conftest import INTERNSHIPS, STUDY_VISITS, Membership
from tests.support.callers import bearer
from tests.support.driven import TODAY

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
    ({"commitments": [INTERNSHIPS], "starts_on": "2027-03-04"}, "/starts_on"),
    ({"commitments": [INTERNSHIPS] * 4}, "/commitments/3/units"),
    ({"commitments": [], "we_chose_how": 1}, "/we_chose_how"),
    ({}, "/commitments"),
]


MADE = "commitment.made.v1"


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


async def test_nothing_is_due_after_the_agreements_last_day(membership: Membership) -> None:
    member = await membership.approved()
    terms = {"commitments": [], "we_chose_how": True, "ends_before": "2026-03-21"}
    agreement = await membership.good("POST", path(member), "coordinator", terms)
    due = [agreement["deadline"]]
    agreement = await membership.good(
        "POST", path(member, "/sharing"), "coordinator", {}, If_Match='"1"'
    )
    signature = {"text_hash": agreement["text_hash"]}
    due += [agreement["deadline"]]
    due += [
        (await membership.as_member(member, "POST", "/agreement/signatures", signature))["deadline"]
    ]
    agreement = await membership.good("POST", path(member, "/signatures"), "decider", signature)
    suspension = f"/members/{member['membership_id']}/suspension"
    ground = {"ground": "working_conditions"}
    suspended = await membership.good("POST", suspension, "decider", ground)
    assert [*due, agreement["deadline"], suspended["deadline"]] == ["2026-03-20"] * 5
    told = [
        event["act_by"] for _, _, event in await membership.told_in_full() if event.get("act_by")
    ]
    assert {*told[-3:]} == {"2026-03-20"}  # shared, signed by one, signed by both


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
        membership.insists("PUT", path(member), "coordinator", body, If_Match=read.headers["etag"])
        for _ in range(2)
    )
    answers = sorted(await asyncio.gather(*calls), key=lambda answer: answer.status_code)

    assert [answer.status_code for answer in answers] == [200, 412]
    assert answers[0].headers["etag"] == '"2"'
    blind = await membership.call("PUT", path(member), "coordinator", body)
    assert blind.status_code == 422
    sharing = path(member, "/sharing")
    stale = await membership.call("POST", sharing, "coordinator", {}, If_Match='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_edit")
    unread = await membership.call("POST", sharing, "coordinator", {})
    assert unread.status_code == 422
    assert await membership.good("POST", sharing, "coordinator", {}, If_Match='"2"')
    late = await membership.call("PUT", path(member), "coordinator", body, If_Match='"3"')
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("read", "status"),
    [
        ('"1"', 200),
        ("*", 200),
        (" * ", 200),
        ('"7", "1"', 200),
        ('"7","1"', 200),
        (', "7" ,, "1",', 200),
        ('W/"7", "1"', 200),
        ('W/"1"', 412),
        ('W/"1", "7"', 412),
        ('w/"1"', 412),
        ('"2"', 412),
        ('"01"', 412),
        ('"1 "', 412),
        ("1", 412),
        ("'1'", 412),
        ('"1', 412),
        ('"7" "1"', 412),
        ('*, "1"', 412),
        ('"', 412),
        ('""', 412),
        ("", 412),
        (f'"{"9" * 5000}"', 412),
        ('"\xe5"', 412),
        ("nonsense", 412),
    ],
)
async def test_what_was_read_is_said_as_http_says_it(
    membership: Membership, read: str, status: int
) -> None:
    member = await membership.drafted(STUDY_VISITS)
    body = {"commitments": [INTERNSHIPS]}
    headers = bearer("membership", "coordinator") | {"If-Match": read}
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    url = f"/networks/jobbpakten{path(member)}"
    answer = await membership.http.put(url, json=body, headers=sent)

    assert answer.status_code == status
    if status == 412:
        assert answer.json()["code"] == "stale_edit"


async def test_tags_may_come_in_headers_of_their_own(membership: Membership) -> None:
    member = await membership.drafted(STUDY_VISITS)
    [(name, known)] = bearer("membership", "coordinator").items()
    headers = [(name, known), ("If-Match", '"7"'), ("If-Match", '"1"')]
    url = f"/networks/jobbpakten{path(member)}"
    answer = await membership.http.put(url, json={"commitments": [INTERNSHIPS]}, headers=headers)

    assert answer.status_code == 200


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


async def test_whoever_acted_for_the_member_never_signs_for_the_municipality(
    membership: Membership,
) -> None:
    member = await membership.shared()
    own = {"organisation": member["organisation_id"], "actor": "anna"}
    signature = {"text_hash": member["agreement"]["text_hash"]}
    signatures = path(member, "/signatures")
    await membership.good("POST", signatures, "signatory", signature, **own)
    for actor in ("anna", "signatory-1"):  # the other one applied, and declared the values
        answer = await membership.call("POST", signatures, "decider", signature, actor=actor)
        assert (answer.status_code, answer.json()["code"]) == (409, "four_eyes")
    assert "agreement.in_force.v1" not in await membership.told()
    with_one = {"organisation": member["organisation_id"], "actor": "decider-1"}
    hers = await membership.call("POST", signatures, "decider", signature, **with_one)
    assert hers.status_code == 404
    assert (await membership.call("POST", signatures, "decider", signature)).status_code == 201


async def test_a_draft_is_shared_on_the_day_of_its_last_edit_or_later(
    membership: Membership,
) -> None:
    member = await membership.drafted(STUDY_VISITS)
    await membership.set_the_day(date(2026, 3, 6))
    body = {"commitments": [INTERNSHIPS], "edited_on": "2026-03-05"}
    await membership.good("PUT", path(member), "coordinator", body, If_Match='"1"')

    read = {"If_Match": '"2"'}
    older = body | {"edited_on": "2026-03-04"}
    answer = await membership.call("PUT", path(member), "coordinator", older, **read)
    assert (answer.status_code, answer.json()["code"]) == (409, "before_last_act")
    for day, status in (("2026-03-04", 409), ("2026-03-05", 201)):
        sharing = path(member, "/sharing"), "coordinator", {"shared_on": day}
        assert (await membership.call("POST", *sharing, **read)).status_code == status


async def test_what_is_already_over_is_neither_shared_nor_brought_into_force(
    membership: Membership,
) -> None:
    week = {"starts_on": "2026-03-02", "ends_before": "2026-03-09"}
    drafted = await membership.drafted(STUDY_VISITS | week)
    shared = await membership.shared(STUDY_VISITS | week, number="559999-0008")
    signature = {"text_hash": shared["agreement"]["text_hash"]}
    await membership.as_member(shared, "POST", "/agreement/signatures", signature)
    await membership.set_the_day(date(2026, 3, 9))

    sharing = path(drafted, "/sharing")
    late = await membership.call("POST", sharing, "coordinator", {}, If_Match='"1"')
    last = await membership.call("POST", path(shared, "/signatures"), "decider", signature)
    for answer in (late, last):
        assert (answer.status_code, answer.json()["code"]) == (409, "term_over")
    in_time = signature | {"signed_on": "2026-03-08"}
    await membership.good("POST", path(shared, "/signatures"), "decider", in_time)


async def test_each_promise_is_told_with_what_keeps_it(membership: Membership) -> None:
    await membership.joined(STUDY_VISITS, INTERNSHIPS)
    made = [event for kind, _, event in await membership.told_in_full() if kind == MADE]
    assert {one["offer"]: one["kept_by"] for one in made} == {
        "study_visit": "activity",
        "internship": "placement",
    }


async def test_an_offer_that_the_network_gave_up_is_not_signed_but_what_was_promised_is_kept(
    membership: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    promised = (await membership.joined(STUDY_VISITS))["commitments"][0]
    shared = await membership.shared(STUDY_VISITS, number="559999-0008")
    networks = membership.database.networks
    profile = networks["jobbpakten"]
    offers = {code: one for code, one in profile.offers.items() if code != "study_visit"}
    given_up = profile.model_copy(update={"offers": offers})
    monkeypatch.setitem(networks, "jobbpakten", given_up)

    signature = {"text_hash": shared["agreement"]["text_hash"]}
    own = {"organisation": shared["organisation_id"]}
    signed = path(shared, "/signatures"), "signatory", signature
    answer = await membership.call("POST", *signed, **own)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_longer_offered")
    commitment = f"/commitments/{promised}"
    await membership.good("POST", f"{commitment}/activities", "coordinator", {})
    raised = f"{commitment}/renegotiations", "coordinator", {"promised": 11, "ground": "grown"}
    assert (await membership.call("POST", *raised)).status_code == 422


async def test_two_signatures_at_once_bring_it_into_force_once(membership: Membership) -> None:
    member = await membership.shared(STUDY_VISITS)
    signature = {"text_hash": member["agreement"]["text_hash"]}
    await membership.as_member(member, "POST", "/agreement/signatures", signature)
    calls = (
        membership.insists("POST", path(member, "/signatures"), "decider", signature)
        for _ in range(3)
    )
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert (await membership.told()).count("commitment.made.v1") == 1


async def test_what_is_signed_is_what_was_shared_down_to_the_unit(membership: Membership) -> None:
    one = await membership.shared(STUDY_VISITS)
    other = await membership.shared(STUDY_VISITS, number="559999-0008")
    hashes = {member["agreement"]["text_hash"] for member in (one, other)}
    assert len(hashes) == 2
