"""What comes late: days told afterwards, and what was found out between two acts."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from tests.matching.support import people
from tests.matching.support.pairs import COLLEAGUE, PLAN, Bank

FIRST = date(2026, 4, 1)
HIDDEN = (409, "not_available")
UNFIT = (409, "does_not_fit")
PROFILE = {
    "abilities": {"lang:sv_a2": True},
    "offers": ["internship"],
    "schedule": ["mon_am", "tue_am"],
    "available_from": "2026-03-02",
}

Change = Callable[[Bank, str], Awaitable[Any]]


async def test_whoever_is_hidden_before_she_began_isnt_made_ready_and_doesnt_begin(
    ours: Bank,
) -> None:
    refs = [await ours.candidate() for _ in range(2)]
    place = await ours.place()
    planned = (await ours.accepted(place, refs[0]))["placement_id"]
    ready = await ours.ready(place, refs[1])
    await ours.prepared(planned)
    for ref in refs:
        await ours.protect(ref, "protected_registration")
    assert await ours.refused(f"/placements/{planned}/readiness") == HIDDEN
    await ours.matching.set_the_day(FIRST)
    assert await ours.refused(f"/placements/{ready}/start") == HIDDEN
    for one in (planned, ready):
        assert (await ours.good(f"/placements/{one}/no-show"))["state"] == "no_show"


async def test_whoever_is_hidden_when_she_has_begun_goes_on_to_her_end(ours: Bank) -> None:
    ref = await ours.candidate()
    placement = await ours.ready(await ours.place(), ref)
    await ours.matching.set_the_day(FIRST)
    await ours.good(f"/placements/{placement}/start")
    await ours.protect(ref)
    await ours.matching.set_the_day(date(2026, 6, 30))
    done = await ours.good(f"/placements/{placement}/completion")
    assert done["state"] == "completed"


async def need(ours: Bank, ref: str) -> Any:
    body = {"needs": ["quiet"]}
    return await ours.matching.good("PUT", f"/candidates/{ref}/needs", "caseworker", body)


async def unlearn(ours: Bank, ref: str) -> Any:
    path, body = f"/candidates/{ref}/profile", PROFILE | {"abilities": {}}
    return await ours.matching.good("PUT", path, "caseworker", body)


@pytest.mark.parametrize("change", [need, unlearn])
async def test_whoever_fits_no_more_is_neither_released_nor_accepted(
    ours: Bank, change: Change
) -> None:
    consented, wanted = await ours.candidate(), await ours.candidate()
    first = await ours.consented(await ours.place(), consented)
    second = await ours.wanted(await ours.place(), wanted)
    for ref in (consented, wanted):
        assert (await change(ours, ref))["visible"]
    assert await ours.refused(f"/matches/{first}/release") == UNFIT
    assert await ours.refused(f"/matches/{second}/acceptance", PLAN, actor=COLLEAGUE) == UNFIT
    assert await ours.rows("SELECT 1 FROM placements") == []


async def test_an_employer_answers_today_and_no_earlier_day_makes_it_in_time(ours: Bank) -> None:
    match = await ours.consented(await ours.place(), await ours.candidate())
    await ours.good(f"/matches/{match}/release", {"answer_by": "2026-03-10"})
    await ours.matching.set_the_day(date(2026, 3, 20))
    path, claims = f"/matches/{match}/answer", {"role": "contact_person"} | ours.employer
    assert await ours.refused(path, {"answer": "yes"}, **claims) == (409, "too_late")
    back = {"answer": "yes", "answered_on": "2026-03-10"}
    assert await ours.refused(path, back, **claims) == (422, "earlier_than_today")
    assert await ours.state(match) == "employer_asked"


async def test_nobody_is_asked_for_an_answer_by_a_day_that_is_over(ours: Bank) -> None:
    match = await ours.proposed(await ours.place(), await ours.candidate())
    await ours.matching.set_the_day(date(2026, 3, 9))
    body = {"fields": ["phone"], "asked_on": "2026-03-04", "answer_by": "2026-03-08"}
    path = f"/matches/{match}/asking"
    assert await ours.refused(path, body) == (422, "already_over")
    await ours.good(path, body | {"answer_by": "2026-03-09"})


@pytest.mark.parametrize("day", ["2026-03-06", "2026-03-04"])
async def test_a_consent_taken_back_is_told_as_any_withdrawal(ours: Bank, day: str) -> None:
    matches = [await ours.released(await ours.place(), await ours.candidate()) for _ in range(2)]
    await ours.matching.set_the_day(date(2026, 3, 6))
    told = []
    for match, act, body in (
        (matches[0], "consent-withdrawal", {"how": "paper"}),
        (matches[1], "withdrawal", {"ground": "mistake"}),
    ):
        before = len(await ours.matching.told())
        await ours.good(f"/matches/{match}/{act}", body | {"withdrawn_on": day})
        said = (await ours.matching.told_in_full())[before:]
        told.append([(kind, head["ce_occurredat"], [*payload]) for kind, head, payload in said])
    assert told[0] == told[1]
    assert [(kind, on) for kind, on, _ in told[0]] == [
        ("slot.released.v1", day),
        ("consent.withdrawn.v1", day),
        ("match.withdrawn.v1", day),
    ]
    ends = await ours.rows("SELECT withdrawn_how FROM consents ORDER BY match_id")
    assert [row.withdrawn_how for row in ends] == ["paper", "withdrawn"]


async def test_a_place_that_is_over_takes_nobody_though_no_clock_has_closed_it(
    ours: Bank,
) -> None:
    place = await ours.place(ends_before="2026-04-10")
    waiting = await ours.consented(place, await ours.candidate())
    ref = await ours.candidate()
    await ours.matching.set_the_day(date(2026, 4, 10))
    await people.found(ours.matching, ref)
    body = {"place_id": place, "candidate_ref": ref}
    assert await ours.refused("/matches", body) == (409, "place_not_open")
    assert await ours.refused(f"/matches/{waiting}/release") == (409, "place_not_open")
    assert (await ours.good("/runs", {}))["places"] == 0
    assert await ours.refused("/runs", {"place_ids": [place]}) == (409, "place_not_open")
