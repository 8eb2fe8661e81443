"""Placements over HTTP: ready when nothing is missing, begun, ended in one of four ways."""

from datetime import date
from typing import Any

import pytest
from tests.matching.support.pairs import SECRETS, Bank, bank, number
from tests.matching.support.service import OTHER_UNIT

FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)
HALF, TOO_EARLY = "2026-05-16", "2026-05-15"  # 46 and 45 of 91 days


async def running(ours: Bank, place: str, ref: str) -> str:
    """Begin a placement on its first day, and go on to its last."""
    placement = await ours.ready(place, ref)
    await ours.matching.set_the_day(FIRST)
    await ours.good(f"/placements/{placement}/start")
    await ours.matching.set_the_day(LAST)
    return placement


async def about(ours: Bank, placement: str, ref: str) -> tuple[str, str, list[str]]:
    """Give where a placement, its candidate and the slots stand."""
    found = await ours.matching.good("GET", f"/placements/{placement}", "caseworker")
    candidate = await ours.matching.good("GET", f"/candidates/{ref}", "caseworker")
    slots = [row.state for row in await ours.rows("SELECT state FROM slots")]
    return found["state"], candidate["state"], slots


async def test_a_placement_is_ready_when_nothing_is_missing(ours: Bank) -> None:
    placement = await ours.accepted(await ours.place(), await ours.candidate())
    path = f"/placements/{placement['placement_id']}"
    answer = await ours.post(f"{path}/readiness")
    assert answer.json()["code"] == "not_ready"
    for missing in ("signature_of_participant", "insurance", "supervisor"):
        assert missing in answer.json()["detail"]
    assert await ours.refused(f"{path}/start") == (409, "wrong_state")
    await ours.prepared(placement["placement_id"])
    twice = await ours.refused(f"{path}/signatures", {"party": "employer"})
    assert twice == (409, "already_signed")
    ready = await ours.good(f"{path}/readiness")
    assert (ready["state"], ready["deadline"]) == ("ready", "2026-04-17")
    assert await ours.matching.told_about(placement["placement_id"]) == [
        "placement.planned.v1",
        "placement.ready.v1",
    ]


async def test_it_begins_within_its_days_and_never_at_a_suspended_member(ours: Bank) -> None:
    ref = await ours.candidate()
    placement = await ours.ready(await ours.place(), ref)
    path = f"/placements/{placement}/start"
    assert await ours.refused(path) == (409, "outside_the_plan")
    await ours.suspend()
    await ours.matching.set_the_day(FIRST)
    assert await ours.refused(path) == (409, "member_suspended")
    assert (await about(ours, placement, ref))[0] == "ready"


async def test_a_first_day_within_a_suspension_that_is_over_is_refused_too(ours: Bank) -> None:
    placement = await ours.ready(await ours.place(), await ours.candidate())
    await ours.suspend(on=date(2026, 4, 2))
    await ours.reinstate(on=date(2026, 4, 10))
    await ours.matching.set_the_day(date(2026, 4, 12))
    path = f"/placements/{placement}/start"
    for day in ("2026-04-02", "2026-04-09"):
        refused = await ours.refused(path, {"started_on": day})
        assert refused == (409, "member_suspended"), day
    assert (await ours.good(path, {"started_on": "2026-04-10"}))["state"] == "running"


async def test_a_running_placement_of_a_suspended_member_goes_on_to_its_end(ours: Bank) -> None:
    ref = await ours.candidate()
    placement = await running(ours, await ours.place(), ref)
    await ours.suspend()
    assert (await about(ours, placement, ref))[:2] == ("running", "placed")
    done = await ours.good(f"/placements/{placement}/completion")
    assert done["state"] == "completed"


async def test_completed_uses_its_slot_up_and_she_is_to_be_found_again(ours: Bank) -> None:
    ref = await ours.candidate(available_from="2026-03-01")
    placement = await running(ours, await ours.place(), ref)
    early = {"ended_on": "2026-06-29"}
    path = f"/placements/{placement}"
    assert await ours.refused(f"{path}/completion", early) == (409, "before_the_end")
    await ours.good(f"{path}/completion")
    state, candidate, slots = await about(ours, placement, ref)
    assert (state, slots) == ("completed", ["used"])
    assert candidate in ("visible", "hidden")  # by her facts, which may have aged
    assert (await ours.matching.told_about(placement))[-1] == "placement.completed.v1"
    for act in ("completion", "start", "no-show", "readiness"):
        assert await ours.refused(f"{path}/{act}") == (409, "wrong_state")


@pytest.mark.parametrize(("last_day", "slots"), [(HALF, ["used"]), (TOO_EARLY, [])])
async def test_half_of_its_days_keep_the_slot_and_fewer_free_it(
    ours: Bank, last_day: str, slots: list[str]
) -> None:
    ref = await ours.candidate()
    placement = await running(ours, await ours.place(), ref)
    path = f"/placements/{placement}/partial-completion"
    assert await ours.refused(path, {"last_day": "2026-03-31", "missed_minutes": 0}) == (
        409,
        "before_last_act",
    )
    done = await ours.good(path, {"last_day": last_day, "missed_minutes": 90})
    assert (done["state"], done["missed_minutes"]) == ("partly_completed", 90)
    assert [row.state for row in await ours.rows("SELECT state FROM slots")] == slots
    kind, headers, payload = (await ours.matching.told_in_full())[-1]
    told = {
        one: data
        for one, head, data in await ours.matching.told_in_full()
        if head["ce_subject"] == placement
    }["placement.partly_completed.v1"]
    assert (told["starts_on"], told["ends_before"]) == ("2026-04-01", "2026-07-01")
    assert (told["last_day"], told["missed_minutes"]) == (last_day, 90)
    assert told["kept"] is (slots == ["used"])
    assert kind
    assert headers
    assert payload is not None


@pytest.mark.parametrize("prepared", [False, True])
async def test_who_never_came_leaves_the_slot_free(ours: Bank, *, prepared: bool) -> None:
    place, ref = await ours.place(slots=1), await ours.candidate()
    if prepared:
        placement = await ours.ready(place, ref)
    else:
        placement = (await ours.accepted(place, ref))["placement_id"]
    await ours.good(f"/placements/{placement}/no-show")
    assert await about(ours, placement, ref) == ("no_show", "visible", [])
    assert (await ours.matching.told_about(placement))[-1] == "placement.no_show.v1"
    await ours.released(place, await ours.candidate())  # somebody else can come


async def test_why_one_was_interrupted_is_sealed_and_seen_by_her_caseworker_alone(
    ours: Bank,
) -> None:
    ref = await ours.candidate()
    placement = await running(ours, await ours.place(), ref)
    path = f"/placements/{placement}"
    body: dict[str, Any] = {"ground": "illness", "side": "participant", "ended_on": "2026-06-01"}
    await ours.matching.set_the_day(date(2026, 7, 1))
    late = await ours.refused(f"{path}/interruption", body | {"ended_on": "2026-07-01"})
    assert late == (422, "after_the_end")
    unknown = await ours.refused(f"{path}/interruption", body | {"ground": "dull"})
    assert unknown == (422, "unknown_ground")
    said = await ours.post(f"{path}/interruption", body, Idempotency_Key="once")
    assert said.json()["state"] == "interrupted"
    assert "illness" not in said.text
    assert (await about(ours, placement, ref))[2] == []
    ours_sees = await ours.matching.good("GET", path, "caseworker")
    assert ours_sees["interrupted"] == {"ground": "illness", "side": "participant"}
    told = str([payload for _, _, payload in await ours.matching.told_in_full()])
    for secret in ("illness", *SECRETS, number(1)):
        assert secret not in told
    for table in ("placements", "answers", "matches"):
        stored = str(await ours.rows(f"SELECT * FROM {table}"))
        assert "illness" not in stored
        assert b"illness".hex() not in stored
    claims: list[tuple[str, dict[str, Any]]] = [
        ("contact_person", ours.employer),
        ("coordinator", {}),
    ]
    for role, claim in claims:
        answer = await ours.matching.call("GET", path, role, **claim)
        assert answer.json()["state"] == "interrupted"
        for word in ("illness", "participant", ref, "candidate", "match_id", "last_day"):
            assert word not in answer.text, word


async def test_placements_are_seen_by_their_unit_their_employer_and_coordinators(
    ours: Bank,
) -> None:
    placement = (await ours.accepted(await ours.place(), await ours.candidate()))["placement_id"]
    path, call = f"/placements/{placement}", ours.matching.call
    other = await bank(ours.matching)
    for role, claims, status in (
        ("caseworker", {}, 200),
        ("caseworker", {"unit": OTHER_UNIT}, 404),
        ("caseworker", ours.employer, 404),
        ("contact_person", ours.employer, 200),
        ("contact_person", other.employer, 404),
        ("coordinator", {}, 200),
        ("coordinator", ours.employer, 404),
        ("union", {}, 404),
        ("supervisor", ours.employer, 404),
    ):
        answer = await call("GET", path, role, **claims)
        assert answer.status_code == status, (role, claims)
    for role, claims, found in (
        ("caseworker", {}, 1),
        ("caseworker", {"unit": OTHER_UNIT}, 0),
        ("contact_person", ours.employer, 1),
        ("contact_person", other.employer, 0),
        ("coordinator", {}, 1),
    ):
        listed = await ours.matching.good("GET", "/placements", role, **claims)
        assert len(listed["placements"]) == found, (role, claims)
    assert (await call("GET", "/placements", "union")).status_code == 404
    for act in ("insurance", "supervisor", "readiness", "start", "completion", "no-show"):
        for role in ("contact_person", "coordinator", "decider"):
            claims = ours.employer if role == "contact_person" else {}
            assert await ours.refused(f"{path}/{act}", role=role, **claims) == (404, "not_found")


async def test_acts_come_in_the_order_of_their_days(ours: Bank) -> None:
    placement = (await ours.accepted(await ours.place(), await ours.candidate()))["placement_id"]
    path = f"/placements/{placement}"
    early = {"insured_on": "2026-03-01"}
    assert await ours.refused(f"{path}/insurance", early) == (409, "before_last_act")
    late = {"insured_on": "2026-03-03"}
    assert (await ours.post(f"{path}/insurance", late)).status_code == 422
