"""Runs of the engine: who is proposed where, why, to whom this is shown, and again the same."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select
from tests.matching.support.pairs import Bank, bank
from tests.matching.support.places import refused
from tests.matching.support.service import OTHER_UNIT, Matching

from matching.models import MatchRun
from matching.rules.run import TOP

LONG = {"ends_before": "2026-09-01", "must": ["lang:sv_a2"], "want": ["skill:kitchen"]}


async def ran(matching: Matching, body: Any = None, **claims: Any) -> Any:
    """Run, and read what the run proposes."""
    done = await matching.good("POST", "/runs", "caseworker", body or {}, **claims)
    found = await matching.good("GET", f"/runs/{done['run_id']}", "caseworker", **claims)
    assert {key: found[key] for key in done} == done
    return found


def order(run: Any) -> list[tuple[str, int, str]]:
    return [(one["place_id"], one["rank"], one["candidate_ref"]) for one in run["ranked"]]


async def crowd(here: Bank, size: int) -> list[str]:
    return [await here.candidate() for _ in range(size)]


async def test_a_run_ranks_who_is_known_to_fit_with_reasons_and_unknowns(
    matching: Matching,
) -> None:
    here = await bank(matching)
    place = await here.place(**LONG)
    cook = await here.candidate()
    perhaps = await here.candidate(abilities={"lang:sv_a2": True})
    await here.candidate(abilities={"lang:sv_a2": False})
    await here.candidate(abilities={"skill:kitchen": True})  # her Swedish is unknown: never yes
    await here.candidate(schedule=["sun_ev"])
    await here.candidate(schedule=None)

    run = await ran(matching)
    assert (run["places"], run["with_candidates"], run["rules"]) == (1, 1, "2025-1")
    always = ["offer", "schedule", "available_from"]
    assert run["ranked"] == [
        {
            "place_id": place,
            "rank": 1,
            "candidate_ref": cook,
            "reasons": ["lang:sv_a2", "skill:kitchen", *always],
            "unknowns": [],
        },
        {
            "place_id": place,
            "rank": 2,
            "candidate_ref": perhaps,
            "reasons": ["lang:sv_a2", *always],
            "unknowns": ["skill:kitchen"],
        },
    ]
    kind, _, event = (await matching.told_in_full())[-1]
    assert kind == "match_run.completed.v1"
    assert event == {
        "run_id": run["run_id"],
        "unit": "jobbcenter_city",
        "places": 1,
        "with_candidates": 1,
        "rules": "2025-1",
    }


async def test_needs_gate_and_are_said_nowhere(matching: Matching) -> None:
    here = await bank(matching)
    suited, unsuited = await here.candidate("step_free"), await here.candidate("quiet")
    await here.place(**LONG)

    run = await ran(matching)
    refs = [one["candidate_ref"] for one in run["ranked"]]
    assert (suited in refs, unsuited in refs) == (True, False)
    said = str(run) + str(await matching.told_in_full())
    assert "step_free" not in said
    assert "quiet" not in said
    assert "needs" not in str(run)


async def test_the_same_seed_and_bank_give_the_same_ranking(matching: Matching) -> None:
    here = await bank(matching)
    for _ in range(2):
        await here.place(**LONG)
    await crowd(here, 5)

    first = await ran(matching)
    again = await ran(matching, {"seed": first["seed"]})
    assert order(again) == order(first)
    assert again["run_id"] != first["run_id"]
    others = [order(await ran(matching, {"seed": seed})) for seed in range(4)]
    assert any(other != order(first) for other in others)
    assert {frozenset(ref for _, _, ref in one) for one in [order(first), *others]} == {
        frozenset(ref for _, _, ref in order(first))
    }


async def test_no_more_are_proposed_for_a_place_than_the_rule_says(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert TOP == 20
    monkeypatch.setattr("matching.commands.matches.runs.TOP", 2)
    here = await bank(matching)
    await here.place(**LONG)
    await crowd(here, 3)
    assert [rank for _, rank, _ in order(await ran(matching))] == [1, 2]


async def test_only_open_places_with_a_free_slot_take_part(matching: Matching) -> None:
    here = await bank(matching)
    places = [await here.place(slots=1, **LONG) for _ in range(4)]
    paused, closed, kept, left = places
    await matching.good("POST", f"/places/{paused}/pause", "coordinator", {})
    await matching.good("POST", f"/places/{closed}/closing", "coordinator", {})
    await here.released(kept, await here.candidate())
    await here.candidate()

    run = await ran(matching)
    assert {place for place, _, _ in order(run)} == {left}
    assert run["places"] == 1
    assert order(await ran(matching, {"place_ids": [left], "seed": run["seed"]})) == order(run)
    for shut in (paused, closed, kept, str(uuid4())):
        body = {"place_ids": [left, shut]}
        assert await refused(matching, "/runs", "caseworker", body) == (409, "place_not_open")


async def test_a_run_is_its_units_alone(matching: Matching) -> None:
    here = await bank(matching)
    await here.place(**LONG)
    mine, theirs = await here.candidate(), await here.candidate(unit=OTHER_UNIT)

    run = await ran(matching)
    assert [ref for _, _, ref in order(run)] == [mine]
    other = await ran(matching, unit=OTHER_UNIT)
    assert [ref for _, _, ref in order(other)] == [theirs]
    path = f"/runs/{run['run_id']}"
    for role, claims in (
        ("caseworker", {"unit": OTHER_UNIT}),
        ("caseworker", {"unit": ""}),
        ("caseworker", {"organisation": here.promise.organisation_id}),
        ("coordinator", {"unit": "jobbcenter_city"}),
        ("contact_person", here.employer),
    ):
        assert (await matching.call("GET", path, role, **claims)).status_code == 404, role
        if claims != {"unit": OTHER_UNIT}:
            assert (await refused(matching, "/runs", role, {}, **claims))[0] == 404, role
    nothing = await matching.call("GET", f"/runs/{uuid4()}", "caseworker")
    assert nothing.status_code == 404


async def test_who_is_hidden_since_is_left_out_of_an_old_run(matching: Matching) -> None:
    here = await bank(matching)
    await here.place(**LONG)
    hidden, parked, still = await crowd(here, 3)
    run = await ran(matching)
    assert len(run["ranked"]) == 3
    await here.protect(hidden)
    body = {"until": "2026-06-01", "ground": "resting"}
    await matching.good("POST", f"/candidates/{parked}/parking", "caseworker", body)

    found = await matching.good("GET", f"/runs/{run['run_id']}", "caseworker")
    assert [ref for _, _, ref in order(found)] == [still]
    assert [ref for _, _, ref in order(await ran(matching))] == [still]


async def test_facts_that_grow_old_hide_without_anybody_looking(matching: Matching) -> None:
    here = await bank(matching)
    await here.place(**LONG, starts_on="2026-06-10")
    await here.candidate()
    run = await ran(matching)
    assert len(run["ranked"]) == 1
    await matching.set_the_day(date(2026, 6, 3))  # the register was asked over 92 days ago
    found = await matching.good("GET", f"/runs/{run['run_id']}", "caseworker")
    assert found["ranked"] == []
    assert (await ran(matching))["ranked"] == []


async def test_whoever_comes_after_the_first_day_still_fits_a_free_slot(
    matching: Matching,
) -> None:
    here = await bank(matching)
    await here.place(**LONG, starts_on="2026-03-02")
    ref = await here.candidate(available_from="2026-03-09")
    assert (await ran(matching))["ranked"] == []
    await matching.set_the_day(date(2026, 3, 9))
    assert [one["candidate_ref"] for one in (await ran(matching))["ranked"]] == [ref]


async def test_a_run_is_read_place_by_place_and_in_pages(matching: Matching) -> None:
    here = await bank(matching)
    places = sorted([await here.place(slots=1, **LONG) for _ in range(3)])
    await crowd(here, 2)
    path = f"/runs/{(await ran(matching))['run_id']}"

    one = await matching.good("GET", f"{path}?place_id={places[1]}", "caseworker")
    assert ({place for place, _, _ in order(one)}, one["next"]) == ({places[1]}, None)
    page = await matching.good("GET", f"{path}?limit=2", "caseworker")
    assert ({p for p, _, _ in order(page)}, page["next"]) == ({*places[:2]}, places[1])
    rest = await matching.good("GET", f"{path}?limit=2&after={page['next']}", "caseworker")
    assert ({p for p, _, _ in order(rest)}, rest["next"]) == ({places[2]}, None)


async def test_an_empty_bank_gives_an_empty_run(matching: Matching) -> None:
    run = await ran(matching)
    assert (run["places"], run["with_candidates"], run["ranked"]) == (0, 0, [])
    async with matching.database.transaction() as tx:
        kept = (await tx.exec(select(MatchRun))).one()
        assert (kept.run_by, kept.seed) == ("caseworker-1", run["seed"])
