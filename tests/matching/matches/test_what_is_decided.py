"""What a decider reads of a match: all that she decides on, what was decided, and nothing else."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from tests.matching.support.pairs import COLLEAGUE, GONE, PLAN, SECRETS, Bank
from tests.matching.support.service import OTHER_UNIT, UNIT

from matching.rules.access import DECIDER
from matching.rules.match import MATCH
from matching.rules.placement import PLACEMENT

DECIDERS: tuple[dict[str, Any], ...] = ({}, {"unit": UNIT}, {"unit": "kansliet"})
STRANGERS: tuple[dict[str, Any], ...] = ({"unit": OTHER_UNIT}, {"organisation": uuid4()})
REACHED = ("proposed", "asked", "consented", "released")


async def read(ours: Bank, path: str, **claims: Any) -> Any:
    return await ours.matching.good("GET", path, "decider", **claims)


async def is_gone(ours: Bank, path: str, **claims: Any) -> None:
    """Assert that a path looks to a decider as one where nothing is."""
    kind = path.split("/")[1]
    found = await ours.matching.call("GET", path, "decider", **claims)
    nobodys = await ours.matching.call("GET", f"/{kind}/{uuid4()}", "decider", **claims)
    assert (found.status_code, found.json()) == (404, nobodys.json()), (path, claims)


def test_these_are_all_decisions_that_a_decider_takes_in_matching() -> None:
    decisions = {by for machine in (MATCH, PLACEMENT) for by in machine.roles}
    roles = MATCH.roles | PLACEMENT.roles
    assert {by for by in decisions if roles[by] & DECIDER} == {"accept", "plan"}


@pytest.mark.parametrize("claims", DECIDERS)
async def test_a_decider_reads_the_match_its_place_the_consent_and_the_possible_days(
    ours: Bank, claims: dict[str, Any]
) -> None:
    place = await ours.place()
    match = await ours.wanted(place, await ours.candidate())
    seen = await read(ours, f"/matches/{match}", **claims)
    there = await read(ours, f"/places/{seen['place_id']}", **claims)

    assert seen["consent"] | {"given_on": "2026-03-02"} == {
        "fields": ["abilities", "first_name", "phone"],
        "given_how": "paper",
        "given_on": "2026-03-02",
        "until": "2026-06-01",
    }
    assert seen["days"] == {
        "starts_on": {"earliest": "2026-04-01", "latest": "2026-06-01"},
        "ends_before": {"earliest": "2026-04-02", "latest": "2026-07-01"},
        "longest": {"days": 183, "working_days": None, "weeks": None, "years": None},
    }
    assert (there["place_id"], there["offer"], there["ends_before"]) == (
        place,
        "internship",
        "2026-07-01",
    )
    assert there["organisation_id"] == seen["organisation_id"]
    assert there["membership_id"] == str(ours.promise.membership_id)
    assert not [one for one in (*SECRETS, "needs", "needs_asked") if one in str([seen, there])]


async def test_the_days_that_are_offered_are_taken_and_those_beside_them_are_not(
    ours: Bank,
) -> None:
    match = await ours.wanted(await ours.place(), await ours.candidate())
    await ours.matching.set_the_day(date(2026, 4, 9))
    days = (await read(ours, f"/matches/{match}"))["days"]
    first, last = days["starts_on"], days["ends_before"]
    assert (first["earliest"], last["earliest"]) == ("2026-04-09", "2026-04-10")
    path = f"/matches/{match}/acceptance"
    beside = (
        ("2026-04-08", last["latest"], "before_the_acceptance"),
        ("2026-06-02", last["latest"], "after_the_consent"),
        (first["earliest"], "2026-07-02", "outside_the_place"),
        (first["earliest"], first["earliest"], "no_days"),
    )
    for starts_on, ends_before, code in beside:
        plan = {"starts_on": starts_on, "ends_before": ends_before}
        assert await ours.refused(path, plan, role="decider") == (422, code)
    plan = {"starts_on": first["latest"], "ends_before": last["latest"]}
    assert (await ours.good(path, plan, role="decider"))["state"] == "planned"


async def test_no_days_are_offered_where_the_place_is_over_before_anybody_could_begin(
    ours: Bank,
) -> None:
    match = await ours.consented(await ours.place(), await ours.candidate(), until="2026-08-01")
    await ours.good(f"/matches/{match}/release")
    await ours.answer(match)
    await ours.matching.set_the_day(date(2026, 7, 1))  # and no clock has closed it yet
    assert (await read(ours, f"/matches/{match}"))["days"] is None


async def test_a_colleague_who_may_accept_is_offered_the_same_days(ours: Bank) -> None:
    match = await ours.wanted(await ours.place(), await ours.candidate())
    path = f"/matches/{match}"
    hers = await ours.matching.good("GET", path, "caseworker", actor=COLLEAGUE)
    assert hers["days"]
    assert hers["days"] == (await read(ours, path))["days"]


async def test_what_was_accepted_stays_to_be_read_and_says_nothing_of_what_came_of_it(
    ours: Bank,
) -> None:
    place = await ours.place()
    match = await ours.wanted(place, await ours.candidate())
    planned = await ours.good(f"/matches/{match}/acceptance", PLAN, role="decider")
    seen = await read(ours, f"/matches/{match}")
    assert {name: seen[name] for name in PLAN} == PLAN
    assert (seen["state"], seen["placement_id"]) == ("accepted", planned["placement_id"])
    assert (seen["days"], seen["consent"]) == (None, None)
    assert (await read(ours, f"/places/{place}"))["place_id"] == place
    again = f"/matches/{match}/acceptance"
    assert await ours.refused(again, PLAN, role="decider") == (409, "wrong_state")

    await ours.good(f"/placements/{planned['placement_id']}/no-show")
    assert await read(ours, f"/matches/{match}") == seen
    await is_gone(ours, f"/placements/{planned['placement_id']}")
    assert (await ours.matching.good("GET", "/matches", "decider"))["matches"] == []


async def test_whoever_was_hidden_since_isnt_told_apart_by_accepting_anew(ours: Bank) -> None:
    ref = await ours.candidate()
    match = (await ours.accepted(await ours.place(), ref))["match_id"]
    body = {"form": "protected_registration"}
    await ours.matching.good("PUT", f"/candidates/{ref}/protection", "caseworker", body)
    path = f"/matches/{match}/acceptance"
    for claims in ({"role": "decider"}, {"actor": COLLEAGUE}):
        assert await ours.refused(path, PLAN, **claims) == (409, "wrong_state")


@pytest.mark.parametrize("reached", REACHED)
async def test_of_whatever_waits_for_another_or_ended_a_decider_finds_neither_match_nor_place(
    ours: Bank, reached: str
) -> None:
    place = await ours.place()
    match = await getattr(ours, reached)(place, await ours.candidate())
    for claims in (*DECIDERS, *STRANGERS):
        await is_gone(ours, f"/matches/{match}", **claims)
        await is_gone(ours, f"/places/{place}", **claims)
    await ours.good(f"/matches/{match}/withdrawal", {"ground": "mistake"})
    for claims in DECIDERS:
        await is_gone(ours, f"/matches/{match}", **claims)
        await is_gone(ours, f"/places/{place}", **claims)


async def test_an_employers_no_is_no_deciders_matter(ours: Bank) -> None:
    place = await ours.place()
    match = await ours.released(place, await ours.candidate())
    await ours.answer(match, "no", "need_gone")
    for _ in range(2):
        await is_gone(ours, f"/matches/{match}")
        await is_gone(ours, f"/places/{place}")
        if await ours.state(match) == "employer_declined":
            await ours.good(f"/matches/{match}/confirmation")


async def test_another_units_decider_and_an_employer_find_nothing_of_what_waits(ours: Bank) -> None:
    place = await ours.place()
    match = await ours.wanted(place, await ours.candidate())
    for claims in (*STRANGERS, ours.employer):
        await is_gone(ours, f"/matches/{match}", **claims)
        await is_gone(ours, f"/places/{place}", **claims)
    for claims in DECIDERS:
        assert (await ours.matching.call("GET", "/places", "decider", **claims)).status_code == 404
        refused = await ours.refused(f"/places/{place}/pause", {}, role="decider", **claims)
        assert refused == GONE
