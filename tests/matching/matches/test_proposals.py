"""Who is proposed for which place and asked for what; and what is refused."""

from typing import Any
from uuid import uuid4

from tests.matching.support.pairs import ASKING, GONE, Bank
from tests.matching.support.service import OTHER_UNIT


async def test_who_is_not_known_to_fit_is_not_proposed(ours: Bank) -> None:
    place = await ours.place()
    unfit = (409, "does_not_fit")
    odd: tuple[dict[str, Any], ...] = (
        {"abilities": {}},
        {"abilities": {"lang:sv_a2": False}},
        {"offers": ["employment"]},
        {"schedule": None},
        {"schedule": ["mon_am"]},
        {"available_from": None},
        {"available_from": "2026-04-02"},
    )
    for differs in odd:
        ref = await ours.candidate(**differs)
        body = {"place_id": place, "candidate_ref": ref}
        assert await ours.refused("/matches", body) == unfit, differs
    needs_quiet = await ours.candidate("quiet")
    body = {"place_id": place, "candidate_ref": needs_quiet}
    assert await ours.refused("/matches", body) == unfit


async def test_who_is_hidden_or_not_there_is_not_proposed(ours: Bank) -> None:
    place, hidden = await ours.place(), await ours.unseen()
    body = {"place_id": place, "candidate_ref": hidden}
    assert await ours.refused("/matches", body) == (409, "not_available")
    for missing in ({"candidate_ref": str(uuid4())}, {"place_id": str(uuid4())}):
        ref = await ours.candidate()
        assert await ours.refused("/matches", body | {"candidate_ref": ref} | missing) == GONE
    ref = await ours.candidate(unit=OTHER_UNIT)
    assert await ours.refused("/matches", body | {"candidate_ref": ref}) == GONE
    answer = await ours.post("/matches", body | {"run_id": str(uuid4()), "candidate_ref": hidden})
    assert answer.status_code == 409


async def test_a_run_that_did_not_rank_her_is_refused(ours: Bank) -> None:
    body = {"place_id": await ours.place(), "candidate_ref": await ours.candidate()}
    answer = await ours.post("/matches", body | {"run_id": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (422, "not_in_run")


async def test_she_is_proposed_once_for_a_place_and_for_six_at_most(ours: Bank) -> None:
    places, ref = [await ours.place() for _ in range(7)], await ours.candidate()
    matches = [await ours.proposed(place, ref) for place in places[:6]]
    body = {"place_id": places[6], "candidate_ref": ref}
    assert await ours.refused("/matches", body) == (409, "too_many_of_candidate")
    again = body | {"place_id": places[0]}
    assert await ours.refused("/matches", again) == (409, "already_proposed")
    await ours.good(f"/matches/{matches[0]}/withdrawal", {"ground": "mistake"})
    await ours.proposed(places[0], ref)


async def test_a_place_has_twenty_open_matches_at_most(ours: Bank) -> None:
    place = await ours.place()
    for _ in range(20):
        await ours.proposed(place, await ours.candidate())
    body = {"place_id": place, "candidate_ref": await ours.candidate()}
    assert await ours.refused("/matches", body) == (409, "too_many_at_place")


async def test_a_place_that_is_paused_takes_no_matches(ours: Bank) -> None:
    place, ref = await ours.place(), await ours.candidate()
    match = await ours.consented(place, ref)
    await ours.good(f"/places/{place}/pause", role="coordinator")
    body = {"place_id": place, "candidate_ref": await ours.candidate()}
    assert await ours.refused("/matches", body) == (409, "place_not_open")
    assert await ours.refused(f"/matches/{match}/release") == (409, "place_not_open")


async def test_she_is_asked_for_known_details_and_has_two_to_seven_days(ours: Bank) -> None:
    match = await ours.proposed(await ours.place(), await ours.candidate())
    path = f"/matches/{match}/asking"
    for differs, code in (
        ({"answer_by": "2026-03-03"}, "days_amiss"),
        ({"answer_by": "2026-03-10"}, "days_amiss"),
        ({"fields": ["address"]}, "unknown_field"),
        ({"fields": ["first_name", "diagnosis"]}, "unknown_field"),
    ):
        assert await ours.refused(path, ASKING | differs) == (422, code)
    assert (await ours.post(path, ASKING | {"fields": []})).status_code == 422
    await ours.good(path, ASKING)
    assert await ours.refused(path, ASKING) == (409, "wrong_state")
