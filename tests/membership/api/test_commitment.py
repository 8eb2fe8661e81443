"""Promises changed, released and kept over HTTP, with followup's figures beside them."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.membership.conftest import INTERNSHIPS, STUDY_VISITS, Membership

from jobbpakten_events.followup import CommitmentProgressed

FIGURES = {
    "promised": 10,
    "remaining": 6,
    "open": 0,
    "kept": 4,
    "lapsed": 0,
    "released": 0,
    "extra": 0,
}
SHORT = STUDY_VISITS | {"starts_on": "2026-03-02", "ends_before": "2026-03-09"}
UNKNOWN = dict.fromkeys([*FIGURES, "lapsed_on"])


async def call(membership: Membership, commitment: str, act: str, body: Any) -> Any:
    return await membership.call("POST", f"/commitments/{commitment}{act}", "coordinator", body)


async def refused(membership: Membership, commitment: str, act: str, body: Any) -> tuple[int, str]:
    """Give the status and the code of what should be refused."""
    answer = await call(membership, commitment, act, body)
    return answer.status_code, answer.json()["code"]


async def change(membership: Membership, commitment: str, promised: int) -> Any:
    body = {"promised": promised, "ground": "need_changed"}
    return await call(membership, commitment, "/renegotiations", body)


async def test_what_followup_has_not_told_is_unknown_and_never_nothing(
    membership: Membership,
) -> None:
    member = await membership.joined(STUDY_VISITS)
    (found,) = await membership.as_member(member, "GET", "/commitments")
    assert found["progress"] == UNKNOWN
    (commitment,) = member["commitments"]
    for act, body in (
        ("/renegotiations", {"promised": 9, "ground": "shrunk"}),
        ("/release", {"ground": "workplace_closed"}),
    ):
        assert await refused(membership, commitment, act, body) == (409, "progress_unknown")
    assert (found["state"], found["owner"], found["deadline"]) == (
        "made",
        "coordinator",
        "2029-03-01",
    )


async def test_a_promise_is_raised_and_cut_on_coded_grounds_and_told_with_both_numbers(
    membership: Membership,
) -> None:
    commitment = (await membership.joined(STUDY_VISITS))["commitments"][0]
    assert (await change(membership, commitment, 12)).json()["promised"] == 12
    await membership.counted(commitment)
    assert (await change(membership, commitment, 0)).json()["state"] == "renegotiated"

    told = [event for kind, _, event in await membership.told_in_full() if "renegotiated" in kind]
    assert [(one["promised_before"], one["promised"]) for one in told] == [(10, 12), (12, 0)]
    assert {one["ground"] for one in told} == {"need_changed"}


async def test_a_cut_is_never_more_than_what_remains_even_while_followup_lags(
    membership: Membership,
) -> None:
    commitment = (await membership.joined(STUDY_VISITS))["commitments"][0]
    await membership.hears(CommitmentProgressed(commitment_id=UUID(commitment), **FIGURES))

    too_much = await change(membership, commitment, 3)
    assert (too_much.status_code, too_much.json()["code"]) == (409, "more_than_remains")
    assert (await change(membership, commitment, 5)).status_code == 201
    assert (await change(membership, commitment, 3)).status_code == 409
    for _ in range(5):
        await call(membership, commitment, "/activities", {})
    assert (await change(membership, commitment, 4)).status_code == 409


async def test_a_change_and_a_release_name_a_ground_of_the_profile(
    membership: Membership,
) -> None:
    commitment = (await membership.joined(STUDY_VISITS))["commitments"][0]
    for act, body in (
        ("/renegotiations", {"promised": 3, "ground": "workplace_closed"}),
        ("/release", {"ground": "shrunk"}),
    ):
        assert await refused(membership, commitment, act, body) == (422, "unknown_ground")
    same = await change(membership, commitment, 10)
    assert (same.status_code, same.json()["code"]) == (409, "nothing_changed")


async def test_a_raise_stays_within_the_limit_for_the_size_over_all_promises_of_the_offer(
    membership: Membership,
) -> None:
    six = STUDY_VISITS | {"units": 6}
    first, second = (await membership.joined(six, six | {"units": 5}))["commitments"]
    over = await change(membership, first, 8)
    found = (over.status_code, over.json()["code"], over.json()["errors"][0]["pointer"])
    assert found == (422, "over_the_limit", "/promised")
    assert (await change(membership, first, 7)).status_code == 201
    assert (await change(membership, second, 6)).status_code == 422


async def test_what_was_held_before_a_release_is_recorded_after_it(membership: Membership) -> None:
    commitment = (await membership.joined(STUDY_VISITS))["commitments"][0]
    await membership.counted(commitment)
    await membership.set_the_day(date(2026, 3, 10))
    body = {"ground": "workplace_closed", "released_on": "2026-03-05"}
    assert (await call(membership, commitment, "/release", body)).status_code == 201

    for day, status in (("2026-03-04", 201), ("2026-03-05", 201), ("2026-03-06", 409)):
        answer = await call(membership, commitment, "/activities", {"held_on": day})
        assert answer.status_code == status
    assert (await membership.commitment(commitment))["state"] == "released"


async def test_nobody_is_released_from_nothing(membership: Membership) -> None:
    commitment = (await membership.joined(STUDY_VISITS))["commitments"][0]
    await membership.counted(commitment, remaining=0, kept=10)
    body = {"ground": "workplace_closed"}
    assert await refused(membership, commitment, "/release", body) == (409, "nothing_remains")


async def test_after_a_release_nothing_is_changed_or_held(membership: Membership) -> None:
    commitment = (await membership.joined(STUDY_VISITS))["commitments"][0]
    await membership.counted(commitment)
    await membership.set_the_day(date(2026, 3, 3))
    found = await call(
        membership,
        commitment,
        "/release",
        {"ground": "workplace_closed", "released_on": "2026-03-02"},
    )
    assert (found.json()["state"], found.json()["deadline"]) == ("released", None)
    assert (await membership.told())[-1] == "commitment.released.v1"
    for act, body in (
        ("/release", {"ground": "workplace_closed"}),
        ("/renegotiations", {"promised": 3, "ground": "shrunk"}),
        ("/activities", {}),
    ):
        assert (await call(membership, commitment, act, body)).status_code == 409


async def test_a_promise_whose_period_is_over_stands_as_it_was(membership: Membership) -> None:
    commitment = (await membership.joined(SHORT))["commitments"][0]
    await membership.counted(commitment)
    await membership.set_the_day(date(2026, 3, 9))
    for act, body in (
        ("/renegotiations", {"promised": 11, "ground": "grown"}),
        ("/renegotiations", {"promised": 11, "ground": "grown", "agreed_on": "2026-03-06"}),
        ("/release", {"ground": "workplace_closed", "released_on": "2026-03-06"}),
    ):
        assert await refused(membership, commitment, act, body) == (409, "period_ended")


async def test_what_followup_has_seen_lapse_is_not_changed_before_our_own_clock_sees_it(
    membership: Membership,
) -> None:
    commitment = (await membership.joined(SHORT))["commitments"][0]
    await membership.counted(commitment, remaining=0, lapsed=10)
    for act, body in (
        ("/renegotiations", {"promised": 9, "ground": "shrunk"}),
        ("/release", {"ground": "workplace_closed"}),
    ):
        assert await refused(membership, commitment, act, body) == (409, "period_ended")


async def test_an_activity_is_told_on_the_day_it_was_held_also_when_reported_late(
    membership: Membership,
) -> None:
    commitment = (await membership.joined(SHORT))["commitments"][0]
    await membership.set_the_day(date(2026, 4, 1))
    held = await call(membership, commitment, "/activities", {"held_on": "2026-03-05"})

    assert held.json()["held_on"] == "2026-03-05"
    kind, about, event = (await membership.told_in_full())[-1]
    assert (kind, about["ce_occurredat"]) == ("activity.held.v1", "2026-03-05")
    assert event == {
        "activity_id": held.json()["activity_id"],
        "commitment_id": commitment,
        "offer": "study_visit",
    }
    assert (await membership.commitment(commitment))["activities_held"] == 1


async def test_an_activity_lies_neither_before_the_promise_nor_after_today(
    membership: Membership,
) -> None:
    commitment = (await membership.joined(STUDY_VISITS))["commitments"][0]
    for held_on, status in (("2026-03-01", 422), ("2026-03-03", 422), ("2026-03-02", 201)):
        answer = await call(membership, commitment, "/activities", {"held_on": held_on})
        assert answer.status_code == status


async def test_a_promise_of_places_is_not_kept_by_an_activity(membership: Membership) -> None:
    commitment = (await membership.joined(INTERNSHIPS))["commitments"][0]
    assert await refused(membership, commitment, "/activities", {}) == (409, "not_an_activity")


async def test_a_member_does_not_report_its_own_activities(membership: Membership) -> None:
    member = await membership.joined(STUDY_VISITS)
    path, own = f"/commitments/{member['commitments'][0]}/activities", member["organisation_id"]
    answer = await membership.call("POST", path, "signatory", {}, organisation=own)
    assert answer.status_code == 404
