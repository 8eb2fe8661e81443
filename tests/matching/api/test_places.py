"""Places over HTTP: who sees, pauses, renews and closes them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.matching.support.places import TERMS, offered, opened, promised, refused, seen
from tests.matching.support.service import Matching, app_on
from tests.support.driven import TODAY
from tests.support.networks import copied, say

LATER = TODAY + timedelta(days=20)


async def test_who_sees_which_places(matching: Matching) -> None:
    mine, other = await promised(matching), await promised(matching)
    places = [await offered(matching, mine), await offered(matching, other)]
    first, second = [place["place_id"] for place in places]

    async def listed(role: str, **claims: Any) -> list[str]:
        found = await matching.good("GET", "/places", role, **claims)
        return [place["place_id"] for place in found["places"]]

    assert await listed("coordinator") == await listed("caseworker") == [first, second]
    own = {"organisation": mine.organisation_id}
    assert await listed("contact_person", **own) == [first]
    assert (await matching.call("GET", f"/places/{first}", "contact_person", **own)).is_success
    for role, claims in (
        ("contact_person", {"organisation": other.organisation_id}),
        ("contact_person", {}),
        ("signatory", own),
        ("coordinator", own),
        ("participant", {}),
        ("decider", {}),
    ):
        answer = await matching.call("GET", f"/places/{first}", role, **claims)
        assert answer.status_code == 404, role
    assert (await matching.call("GET", "/places", "participant")).status_code == 404


async def test_places_come_in_pages_and_by_state(matching: Matching) -> None:
    promise = await promised(matching)
    ways = (offered, opened, offered)
    ids = [(await way(matching, promise, slots=1))["place_id"] for way in ways]
    page = await matching.good("GET", "/places?limit=2", "coordinator")
    assert ([one["place_id"] for one in page["places"]], page["next"]) == (ids[:2], ids[1])
    rest = await matching.good("GET", f"/places?limit=2&after={page['next']}", "coordinator")
    assert ([one["place_id"] for one in rest["places"]], rest["next"]) == (ids[2:], None)
    found = await matching.good("GET", "/places?state=open", "coordinator")
    assert [one["place_id"] for one in found["places"]] == [ids[1]]


async def test_an_employer_pauses_its_place_and_one_click_brings_it_back(
    matching: Matching,
) -> None:
    promise = await promised(matching)
    place = await opened(matching, promise)
    own = {"organisation": promise.organisation_id}
    path = f"/places/{place['place_id']}"
    await matching.good("POST", f"{path}/pause", "contact_person", {}, **own)
    assert await refused(matching, f"{path}/pause", "contact_person", {}, **own) == (
        409,
        "paused_already",
    )
    unresponsive = {"ground": "unresponsive"}
    assert (await refused(matching, f"{path}/pause", "contact_person", unresponsive, **own))[
        0
    ] == 404
    paused = await matching.good("POST", f"{path}/pause", "coordinator", unresponsive)
    assert paused["paused_for"] == ["employer", "unresponsive"]
    one = await matching.good("POST", f"{path}/resumption", "coordinator", unresponsive)
    assert (one["state"], one["paused_for"]) == ("paused", ["employer"])
    back = await matching.good("POST", f"{path}/resumption", "contact_person", {}, **own)
    assert (back["state"], back["paused_for"]) == ("open", [])
    assert await refused(matching, f"{path}/resumption", "contact_person", {}, **own) == (
        409,
        "wrong_state",
    )
    kinds = await matching.told_about(place["place_id"])
    assert kinds[1:] == ["place.paused.v1", "place.paused.v1", "place.resumed.v1"]


async def test_a_place_that_nobody_renews_is_closed_by_the_clock_once(
    matching: Matching,
) -> None:
    promise = await promised(matching)
    long = {"starts_on": "2026-08-01", "ends_before": "2026-12-01", "slots": 1}
    stale, renewed = [await opened(matching, promise, **long) for _ in range(2)]
    await matching.set_the_day(date(2026, 5, 31))
    assert await matching.do_what_is_due() == 0
    path = f"/places/{renewed['place_id']}/refreshing"
    own = {"organisation": promise.organisation_id}
    again = await matching.good("POST", path, "contact_person", {}, **own)
    assert (again["refreshed_on"], again["deadline"]) == ("2026-05-31", "2026-08-29")
    await matching.set_the_day(date(2026, 6, 5))  # the clock stood still for some days
    assert [await matching.do_what_is_due() for _ in range(2)] == [1, 0]
    found = await seen(matching, stale)
    assert (found["state"], found["owner"], found["deadline"]) == ("closed", None, None)
    kind, headers, event = (await matching.told_in_full())[-1]
    assert (kind, event["ground"]) == ("place.closed.v1", "not_refreshed")
    assert headers["ce_network"] == "jobbpakten"
    assert (await seen(matching, renewed))["state"] == "open"


async def test_a_place_ends_with_its_last_day(matching: Matching) -> None:
    promise = await promised(matching)
    short = {"starts_on": "2026-03-02", "ends_before": "2026-03-22", "slots": 1}
    place, reviewed = (
        await opened(matching, promise, **short),
        await offered(matching, promise, **short),
    )
    await matching.set_the_day(LATER - timedelta(days=1))
    assert await matching.do_what_is_due() == 0
    await matching.set_the_day(LATER)
    assert await matching.do_what_is_due() == 2
    assert [(await seen(matching, one))["state"] for one in (place, reviewed)] == ["closed"] * 2
    told = [event for kind, _, event in await matching.told_in_full() if "closed" in kind]
    assert [(one["place_id"], one["ground"]) for one in told] == [(place["place_id"], "ended")]


async def test_acts_are_dated_in_their_order(matching: Matching) -> None:
    place = await opened(matching)
    path = f"/places/{place['place_id']}"
    early = {"paused_on": "2026-03-01"}
    assert await refused(matching, f"{path}/pause", "coordinator", early) == (
        409,
        "before_last_act",
    )
    assert (await refused(matching, f"{path}/closing", "coordinator", {"closed_on": "2026-03-03"}))[
        0
    ] == 422


@pytest.mark.parametrize("bank", ["none", "candidates"])
async def test_a_network_without_a_bank_of_places_answers_404(
    database: Any, tmp_path: Path, bank: str
) -> None:
    say(copied(tmp_path) / "network.yaml", "bank", bank)
    async with Matching.running(app_on(database("matching"), networks=str(tmp_path))) as matching:
        promise = await promised(matching)
        body = TERMS | {"commitment_id": str(promise.commitment_id)}
        assert (await refused(matching, "/places", "coordinator", body))[0] == 404
        assert (await matching.call("GET", "/places", "coordinator")).status_code == 404
        assert (await refused(matching, "/runs", "caseworker", {}))[0] == 404
