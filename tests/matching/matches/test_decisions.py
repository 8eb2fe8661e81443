"""The employer's answer and a colleague's acceptance: who may, within what, and what each ends."""

from tests.matching.support.pairs import COLLEAGUE, GONE, PLAN, Bank
from tests.matching.support.service import OTHER_UNIT


async def test_whoever_picked_does_not_accept_but_a_colleague_or_decider_does(ours: Bank) -> None:
    place = await ours.place()
    match = await ours.wanted(place, await ours.candidate())
    path = f"/matches/{match}/acceptance"
    assert await ours.refused(path, PLAN) == (409, "four_eyes")
    assert await ours.refused(path, PLAN, role="coordinator") == GONE
    theirs = {"actor": COLLEAGUE, "unit": OTHER_UNIT}
    assert await ours.refused(path, PLAN, **theirs) == GONE
    assert (await ours.good(path, PLAN, role="decider"))["state"] == "planned"
    assert await ours.refused(path, PLAN, role="decider") == (409, "wrong_state")
    assert await ours.refused(path, PLAN, actor=COLLEAGUE) == (409, "wrong_state")


async def test_a_placement_lies_within_its_place(ours: Bank) -> None:
    match = await ours.wanted(await ours.place(), await ours.candidate())
    for starts_on, ends_before, code in (
        ("2026-03-31", "2026-07-01", "outside_the_place"),
        ("2026-04-01", "2026-07-02", "outside_the_place"),
        ("2026-04-01", "2026-04-01", "no_days"),
        ("2026-03-01", "2026-07-01", "before_the_acceptance"),
    ):
        plan = {"starts_on": starts_on, "ends_before": ends_before}
        refused = await ours.refused(f"/matches/{match}/acceptance", plan, actor=COLLEAGUE)
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


async def test_the_end_says_whether_she_is_told_as_its_meaning_does(ours: Bank) -> None:
    grounds = {"filled_otherwise": True, "other_skills": False}
    for ground, told in grounds.items():
        match = await ours.released(await ours.place(), await ours.candidate())
        await ours.answer(match, "no", ground)
        over = await ours.good(f"/matches/{match}/confirmation")
        assert ("candidate" in over["meaning"]["told_to"]) is told
        (ended,) = [
            payload
            for kind, headers, payload in await ours.matching.told_in_full()
            if kind == "match.withdrawn.v1" and headers["ce_subject"] == match
        ]
        assert ended["candidate_is_told"] is told


async def test_an_acceptance_ends_her_other_matches_and_frees_their_slots(ours: Bank) -> None:
    first, second, third = [await ours.place(slots=1) for _ in range(3)]
    ref = await ours.candidate()
    proposed, kept = await ours.proposed(second, ref), await ours.released(third, ref)
    assert len(await ours.rows("SELECT 1 FROM slots")) == 1
    await ours.accepted(first, ref)
    assert [await ours.state(match) for match in (proposed, kept)] == ["superseded"] * 2
    told = await ours.matching.told_in_full()
    ends = {head["ce_subject"]: said for kind, head, said in told if kind == "match.superseded.v1"}
    assert ends.keys() == {proposed, kept}
    assert not any(said["candidate_is_told"] for said in ends.values())  # she hears her good news
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
