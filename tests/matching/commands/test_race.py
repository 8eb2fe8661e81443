"""Many at once: the last slot is taken once, limits hold, and nobody waits in a circle.

Whoever finds no time is told to come again, and does: what came of it is counted all the same.
"""

from functools import partial
from typing import Any

from tests.matching.support.pairs import COLLEAGUE, FIELDS, PLAN, Bank, answers, bank
from tests.support.callers import answered

BUSY = {"wrong_state", "no_slot_left", "place_not_open"}
TEN = [f"caseworker-{number}" for number in range(3, 13)]


async def test_ten_caseworkers_release_to_the_last_slot_and_one_gets_it(ours: Bank) -> None:
    place = await ours.place(slots=1)
    matches = [await ours.consented(place, await ours.candidate()) for _ in range(10)]
    calls = [
        ours.insists(f"/matches/{match}/release", actor=actor)
        for match, actor in zip(matches, TEN, strict=True)
    ]
    found = await answers(calls)
    assert sorted(status for status, _ in found) == [201] + [409] * 9
    assert {code for status, code in found if status == 409} == {"no_slot_left"}
    assert len(await ours.rows("SELECT 1 FROM slots")) == 1
    assert (await ours.matching.told()).count("slot.reserved.v1") == 1


async def test_two_employers_and_ten_caseworkers_race_and_nobody_is_booked_twice(
    ours: Bank,
) -> None:
    other = await bank(ours.matching)
    ours_place, theirs = await ours.place(slots=1), await other.place(slots=1)
    people = [await ours.candidate() for _ in range(5)]
    here = [await ours.consented(ours_place, ref) for ref in people]
    there = [await ours.consented(theirs, ref) for ref in people]
    # Releases of ten matches to two last slots: each candidate is asked about at both.
    released = await answers(
        [
            ours.insists(f"/matches/{match}/release", actor=actor)
            for match, actor in zip([*here, *there], TEN, strict=True)
        ]
    )
    assert sorted(status for status, _ in released) == [201] * 2 + [409] * 8
    claims = {"role": "contact_person"}
    asked = [(match, ours.employer) for match in here] + [(m, other.employer) for m in there]
    said = await answers(
        [
            ours.insists(f"/matches/{match}/answer", {"answer": "yes"}, **claims, **own)
            for match, own in asked
            for _ in range(2)  # two clicks each
        ]
    )
    assert sorted(status for status, _ in said) == [201] * 2 + [404] * 16 + [409] * 2
    accepting = await answers(
        [
            ours.insists(f"/matches/{match}/acceptance", PLAN, actor=actor)
            for match in [*here, *there]
            for actor in TEN
        ]
    )
    codes = {code for status, code in accepting if status == 409}
    assert {status for status, _ in accepting} == {201, 409}
    assert codes <= BUSY | {"not_available", "not_free"}
    await check_no_double_booking(ours)
    won = [status for status, _ in accepting].count(201)
    assert won == len(await ours.rows("SELECT 1 FROM placements")) in (1, 2)


async def test_two_employers_say_yes_to_one_person_and_one_gets_her(ours: Bank) -> None:
    other = await bank(ours.matching)
    ref = await ours.candidate()
    match = await ours.wanted(await ours.place(slots=1), ref)
    rival = await ours.consented(await other.place(slots=1), ref)
    await ours.good(f"/matches/{rival}/release")
    await other.answer(rival)
    found = await answers(
        [
            ours.insists(f"/matches/{one}/acceptance", PLAN, actor=actor)
            for actor in TEN[:5]
            for one in (match, rival)
        ]
    )
    assert sorted(status for status, _ in found) == [201] + [409] * 9
    assert {code for status, code in found if status == 409} == {"wrong_state"}
    states = sorted([await ours.state(match), await ours.state(rival)])
    assert states == ["accepted", "superseded"]
    await check_no_double_booking(ours)


async def test_ten_caseworkers_propose_one_candidate_and_six_do(ours: Bank) -> None:
    places, ref = [await ours.place() for _ in TEN], await ours.candidate()
    calls = [
        ours.insists("/matches", {"place_id": place, "candidate_ref": ref}, actor=actor)
        for place, actor in zip(places, TEN, strict=True)
    ]
    found = await answers(calls)
    assert sorted(found) == [(201, "")] * 6 + [(409, "too_many_of_candidate")] * 4


async def test_ten_caseworkers_propose_one_pair_and_one_does(ours: Bank) -> None:
    body = {"place_id": await ours.place(), "candidate_ref": await ours.candidate()}
    found = await answers([ours.insists("/matches", body, actor=actor) for actor in TEN])
    assert sorted(found) == [(201, "")] + [(409, "already_proposed")] * 9


async def test_hiding_and_using_her_at_once_never_leaves_her_in_a_match(ours: Bank) -> None:
    for _ in range(3):
        place, ref = await ours.place(slots=1), await ours.candidate()
        match = await ours.wanted(place, ref)
        other = await ours.proposed(await ours.place(), ref)
        body = {"fields": FIELDS, "answer_by": "2026-03-07"}
        protecting: list[Any] = [protect(ours, ref)]
        found = await answers(
            [
                *protecting,
                ours.insists(f"/matches/{match}/acceptance", PLAN, actor=COLLEAGUE),
                ours.insists(f"/matches/{other}/asking", body),
                answered(partial(ours.look, match)),
                ours.insists("/matches", {"place_id": await ours.place(), "candidate_ref": ref}),
            ]
        )
        assert found[0][0] == 200
        assert {status for status, _ in found} <= {200, 201, 404, 409}
        assert (await ours.look(match)).status_code == 404
        rows = f"SELECT 1 FROM matches WHERE open AND candidate_ref = '{ref}'"
        assert await ours.rows(rows) == []


async def protect(ours: Bank, ref: str) -> Any:
    body = {"form": "protected_registration", "found_on": "2026-03-02"}
    return await ours.matching.insists("PUT", f"/candidates/{ref}/protection", "caseworker", body)


async def check_no_double_booking(ours: Bank) -> None:
    """Every accepted match holds its own slot; no place holds more than it has; no one twice."""
    over = """SELECT p.id FROM places p JOIN slots s ON s.place_id = p.id
              GROUP BY p.id HAVING count(*) > p.slots"""
    twice = "SELECT candidate_ref FROM placements GROUP BY 1 HAVING count(*) > 1"
    bare = """SELECT id FROM matches WHERE state = 'accepted' AND id NOT IN
              (SELECT match_id FROM slots WHERE state = 'taken')"""
    stray = """SELECT match_id FROM slots JOIN matches ON id = match_id
               WHERE NOT open AND matches.state <> 'accepted'"""
    assert [await ours.rows(sql) for sql in (over, twice, bare, stray)] == [[], [], [], []]
