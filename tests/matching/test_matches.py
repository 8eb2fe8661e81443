"""Matches over HTTP: picked, asked, released, answered, accepted; and what is refused."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from tests.matching.conftest import OTHER_UNIT, Matching
from tests.matching.pairs import COLLEAGUE, FIELDS, PLAN, SECRETS, Bank, bank, number

GONE = (404, "not_found")
ASKING = {"fields": FIELDS, "answer_by": "2026-03-07"}


@pytest.fixture
async def ours(matching: Matching) -> Bank:
    return await bank(matching)


async def test_a_match_goes_from_picked_to_a_placement_and_tells_each_step(ours: Bank) -> None:
    place, ref = await ours.place(), await ours.candidate()
    before = len(await ours.matching.told())
    placement = await ours.accepted(place, ref)

    told = (await ours.matching.told_in_full())[before:]
    kinds = [kind for kind, _, _ in told]
    assert sorted(kinds) == sorted(
        [
            "match.proposed.v1",
            "candidate.asked.v1",
            "candidate.answered.v1",
            "consent.given.v1",
            "slot.reserved.v1",
            "employer.asked.v1",
            "employer.answered.v1",
            "match.accepted.v1",
            "placement.planned.v1",
        ]
    )
    said = {kind: payload for kind, _, payload in told}
    assert said["match.proposed.v1"]["act_by"] == "2026-03-09"
    assert said["candidate.asked.v1"]["act_by"] == "2026-03-07"
    assert said["employer.asked.v1"]["act_by"] == "2026-05-01"
    assert said["employer.answered.v1"]["answer"] == "yes"
    accepted, planned = said["match.accepted.v1"], said["placement.planned.v1"]
    assert accepted["placement_id"] == planned["placement_id"] == placement["placement_id"]
    assert (accepted["candidate_ref"], accepted["unit"]) == (ref, "jobbcenter_city")
    assert "candidate_ref" not in planned
    assert ref not in str(planned)
    assert (placement["state"], placement["starts_on"]) == ("planned", "2026-04-01")
    found = await ours.matching.good("GET", f"/matches/{accepted['match_id']}", "caseworker")
    assert (found["state"], found["deadline"]) == ("accepted", None)
    assert found["placement_id"] == placement["placement_id"]
    (slot,) = await ours.rows("SELECT state, until FROM slots")
    assert tuple(slot) == ("taken", None)


async def test_nothing_that_says_who_she_is_leaves_on_any_topic_or_in_a_stored_answer(
    ours: Bank,
) -> None:
    place, ref = await ours.place(), await ours.candidate("step_free")
    match = await ours.released(place, ref, given_how="two_staff", witnesses=["anna", "bo"])
    await ours.answer(match, "no", "other_skills")
    await ours.good(f"/matches/{match}/confirmation")
    told = str([payload for _, _, payload in await ours.matching.told_in_full()])
    for secret in (*SECRETS, number(1), "step_free", "other_skills", "two_staff"):
        assert secret not in told, secret


async def test_the_employer_sees_what_was_consented_to_and_nothing_else(ours: Bank) -> None:
    place, ref = await ours.place(), await ours.candidate("step_free")
    match = await ours.consented(place, ref, fields=["first_name", "abilities"])
    assert (await ours.look(match)).status_code == 404
    assert await ours.seen() == []
    await ours.good(f"/matches/{match}/release")
    found = (await ours.look(match)).json()
    assert found["details"] == {
        "abilities": ["lang:sv_a2", "skill:kitchen"],
        "first_name": "Shamiram",
    }
    assert set(found) == {
        *("match_id", "place_id", "state", "since", "owner", "next_action", "deadline", "details")
    }
    assert await ours.seen() == [match]
    listed = await ours.matching.call("GET", "/matches", "contact_person", **ours.employer)
    assert "details" not in listed.text
    assert ref not in listed.text


async def test_no_other_employer_unit_role_or_network_sees_a_match(ours: Bank) -> None:
    match = await ours.released(await ours.place(), await ours.candidate())
    other = await bank(ours.matching)
    get = ours.matching.call
    for claims in (other.employer, {}):
        assert (
            await get("GET", f"/matches/{match}", "contact_person", **claims)
        ).status_code == 404
    theirs = {"unit": OTHER_UNIT}
    assert (await get("GET", f"/matches/{match}", "caseworker", **theirs)).status_code == 404
    assert (await get("GET", f"/matches/{match}", "caseworker", unit="")).status_code == 404
    own = await get("GET", f"/matches/{match}", "caseworker", **ours.employer)
    assert own.status_code == 404  # whoever has an organisation is no staff
    for role in ("coordinator", "signatory", "supervisor", "participant", "union"):
        assert (await get("GET", f"/matches/{match}", role)).status_code == 404
        assert (await get("GET", "/matches", role)).status_code == 404
    listed = await ours.matching.good("GET", "/matches", "caseworker", **theirs)
    assert listed["matches"] == []
    assert await other.seen() == []
    for act in ("asking", "release", "refusal", "confirmation", "consent-withdrawal"):
        body = {"asking": ASKING, "consent-withdrawal": {"how": "paper"}}.get(act)
        assert await ours.refused(f"/matches/{match}/{act}", body, **theirs) == GONE
    answer = {"answer": "yes"}
    path = f"/matches/{match}/answer"
    assert await ours.refused(path, answer, role="contact_person", **other.employer) == GONE
    assert await ours.refused(path, answer) == GONE


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


async def test_whoever_picked_does_not_accept_but_a_colleague_or_decider_does(ours: Bank) -> None:
    place = await ours.place()
    match = await ours.wanted(place, await ours.candidate())
    path = f"/matches/{match}/acceptance"
    assert await ours.refused(path, PLAN) == (409, "four_eyes")
    assert await ours.refused(path, PLAN, role="coordinator") == GONE
    theirs = {"actor": COLLEAGUE, "unit": OTHER_UNIT}
    assert await ours.refused(path, PLAN, **theirs) == GONE
    assert (await ours.good(path, PLAN, role="decider"))["state"] == "planned"
    assert await ours.refused(path, PLAN, role="decider") == GONE  # it waits no more
    assert await ours.refused(path, PLAN, actor=COLLEAGUE) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("differs", "code"),
    [
        ({"starts_on": "2026-03-31"}, "outside_the_place"),
        ({"ends_before": "2026-07-02"}, "outside_the_place"),
        ({"ends_before": "2026-04-01"}, "no_days"),
        ({"starts_on": "2026-03-01"}, "before_the_acceptance"),
    ],
)
async def test_a_placement_lies_within_its_place(
    ours: Bank, differs: dict[str, str], code: str
) -> None:
    match = await ours.wanted(await ours.place(), await ours.candidate())
    path = f"/matches/{match}/acceptance"
    refused = await ours.refused(path, PLAN | differs, actor=COLLEAGUE)
    assert refused == (422, code)
    assert await ours.state(match) == "employer_yes"


async def test_an_employers_no_has_a_ground_and_is_confirmed_by_staff(ours: Bank) -> None:
    place = await ours.place(slots=1)
    match = await ours.released(place, await ours.candidate())
    path, claims = f"/matches/{match}/answer", {"role": "contact_person"} | ours.employer
    for body, code in (
        ({"answer": "no"}, "unknown_ground"),
        ({"answer": "no", "ground": "her_accent"}, "unknown_ground"),
        ({"answer": "yes", "ground": "need_gone"}, "ground_without_no"),
    ):
        assert await ours.refused(path, body, **claims) == (422, code)
    answered = await ours.answer(match, "no", "filled_otherwise")
    assert answered["state"] == "employer_declined"
    assert await ours.rows("SELECT 1 FROM slots") == []
    assert (await ours.look(match)).status_code == 404
    assert await ours.seen() == []
    assert await ours.refused(path, {"answer": "yes"}, **claims) == GONE
    await ours.released(place, await ours.candidate())  # somebody else is asked about at once
    before = await ours.rows("SELECT match_id FROM slots")
    over = await ours.good(f"/matches/{match}/confirmation")
    assert over["state"] == "employer_no"
    assert over["meaning"]["side"] == "employer"
    assert "candidate" in over["meaning"]["told_to"]
    assert await ours.rows("SELECT match_id FROM slots") == before
    assert (await ours.look(match)).status_code == 404
    about = await ours.matching.told_about(match)
    assert about[-2:] == ["employer.answered.v1", "match.withdrawn.v1"]


async def test_an_acceptance_ends_her_other_matches_and_frees_their_slots(ours: Bank) -> None:
    first, second, third = [await ours.place(slots=1) for _ in range(3)]
    ref = await ours.candidate()
    proposed, kept = await ours.proposed(second, ref), await ours.released(third, ref)
    assert len(await ours.rows("SELECT 1 FROM slots")) == 1
    await ours.accepted(first, ref)
    assert [await ours.state(match) for match in (proposed, kept)] == ["superseded"] * 2
    assert (await ours.matching.told_about(proposed))[-1] == "match.superseded.v1"
    assert (await ours.look(kept)).status_code == 404
    (slot,) = await ours.rows("SELECT place_id, state FROM slots")
    assert (str(slot.place_id), slot.state) == (first, "taken")
    body = {"place_id": second, "candidate_ref": ref}
    assert await ours.refused("/matches", body) == (409, "not_free")


async def test_the_last_slot_ends_the_places_other_matches_and_one_of_two_does_not(
    ours: Bank,
) -> None:
    place = await ours.place(slots=2)
    waiting = await ours.proposed(place, await ours.candidate())
    reserved = await ours.released(place, await ours.candidate())
    body = {"place_id": place, "candidate_ref": await ours.candidate()}
    await ours.accepted(await ours.place(), await ours.candidate())  # elsewhere
    full = await ours.consented(place, body["candidate_ref"])
    await ours.good(f"/matches/{full}/release")
    await ours.answer(full)
    await ours.good(f"/matches/{full}/acceptance", PLAN, actor=COLLEAGUE)
    assert await ours.state(waiting) == "proposed"
    assert await ours.state(reserved) == "employer_asked"
    await ours.answer(reserved)
    await ours.good(f"/matches/{reserved}/acceptance", PLAN, actor=COLLEAGUE)
    assert await ours.state(waiting) == "superseded"


async def test_only_the_answers_of_others_expire_and_their_slots_are_free_again(
    ours: Bank,
) -> None:
    place = await ours.place(slots=4)
    proposed = await ours.proposed(place, await ours.candidate())
    asked = await ours.asked(place, await ours.candidate())
    consented = await ours.consented(place, await ours.candidate())
    released = await ours.released(place, await ours.candidate())
    await ours.matching.set_the_day(date(2026, 3, 7))
    await ours.matching.do_what_is_due()
    assert await ours.state(asked) == "candidate_asked"  # its last day isn't over
    await ours.matching.set_the_day(date(2026, 3, 8))
    late = {"given_how": "paper", "until": "2026-06-01"}
    assert await ours.refused(f"/matches/{asked}/consent", late) == (409, "too_late")
    await ours.matching.do_what_is_due()
    await ours.matching.do_what_is_due()
    assert await ours.state(asked) == "expired"
    assert (await ours.matching.told_about(asked)).count("match.expired.v1") == 1
    assert (await ours.matching.told_in_full())[-1][1]["ce_network"] == "jobbpakten"
    others = [await ours.state(match) for match in (proposed, consented, released)]
    assert others == ["proposed", "candidate_yes", "employer_asked"]


async def test_the_employers_deadline_frees_the_slot(ours: Bank) -> None:
    place = await ours.place()
    match = await ours.released(place, await ours.candidate(), until="2026-03-20")
    found = await ours.matching.good("GET", f"/matches/{match}", "caseworker")
    assert found["deadline"] == "2026-03-20"  # never after the consent's own last day
    await ours.matching.set_the_day(date(2026, 3, 21))
    assert (await ours.look(match)).status_code == 404
    assert await ours.seen() == []
    answer = {"answer": "yes"}
    claims = {"role": "contact_person"} | ours.employer
    assert await ours.refused(f"/matches/{match}/answer", answer, **claims) == GONE
    await ours.matching.do_what_is_due()
    assert await ours.state(match) == "expired"
    assert await ours.rows("SELECT 1 FROM slots") == []
    seen = await ours.matching.good("GET", f"/places/{place}", "coordinator")
    assert (seen["state"], seen["paused_for"]) == ("paused", ["unresponsive"])


async def test_a_consent_that_is_over_ends_the_match_that_rests_on_it(ours: Bank) -> None:
    place = await ours.place()
    ready = await ours.consented(place, await ours.candidate(), until="2026-03-04")
    wanted = await ours.released(place, await ours.candidate(), until="2026-03-04")
    await ours.answer(wanted)
    await ours.matching.set_the_day(date(2026, 3, 5))
    assert await ours.refused(f"/matches/{ready}/release") == (409, "no_consent")
    path = f"/matches/{wanted}/acceptance"
    assert await ours.refused(path, PLAN, actor=COLLEAGUE) == (409, "no_consent")
    await ours.matching.do_what_is_due()
    assert [await ours.state(match) for match in (ready, wanted)] == ["withdrawn"] * 2
    assert await ours.rows("SELECT 1 FROM slots") == []


async def test_a_suspended_members_matches_are_withdrawn_and_its_placements_stay(
    ours: Bank,
) -> None:
    place = await ours.place()
    accepted = await ours.accepted(place, await ours.candidate())
    match = await ours.released(place, await ours.candidate())
    await ours.suspend()
    assert await ours.state(match) == "withdrawn"
    assert (await ours.look(match)).status_code == 404
    path = f"/placements/{accepted['placement_id']}"
    assert (await ours.matching.good("GET", path, "caseworker"))["state"] == "planned"


async def test_hiding_her_dated_before_the_last_act_is_not_refused(ours: Bank) -> None:
    ref = await ours.candidate()
    match = await ours.consented(await ours.place(), ref)
    await ours.matching.set_the_day(date(2026, 3, 6))
    await ours.good(f"/matches/{match}/release")
    await ours.protect(ref)  # found on TODAY, four days before
    assert await ours.state(match) == "withdrawn"
    assert (await ours.look(match)).status_code == 404


async def test_a_fact_that_aged_hides_before_any_clock_has_run(ours: Bank) -> None:
    ref = await ours.candidate()
    match = await ours.released(await ours.place(), ref)
    await ours.matching.set_the_day(date(2026, 6, 3))  # what registers say is good for 92 days
    assert (await ours.look(match)).status_code == 404
    assert await ours.seen() == []
    claims = {"role": "contact_person"} | ours.employer
    assert await ours.refused(f"/matches/{match}/answer", {"answer": "yes"}, **claims) == GONE
    await ours.matching.do_what_is_due()
    assert await ours.state(match) == "withdrawn"


async def test_lists_come_in_pages(ours: Bank) -> None:
    place = await ours.place()
    matches = [await ours.proposed(place, await ours.candidate()) for _ in range(3)]
    path = "/matches?limit=2"
    first = await ours.matching.good("GET", path, "caseworker")
    rest = await ours.matching.good("GET", f"{path}&after={first['next']}", "caseworker")
    found = [one["match_id"] for one in first["matches"] + rest["matches"]]
    assert (found, rest["next"]) == (matches, None)
