"""What becomes of matches and placements when their place pauses, closes or fills."""

import asyncio
from datetime import date

from tests.matching.support.pairs import bank
from tests.matching.support.places import offered, promised, seen
from tests.matching.support.service import Matching

from jobbpakten_events.membership import MembershipReinstated, MembershipSuspended

LONG = {"ends_before": "2026-09-01"}


async def test_a_suspension_ends_open_matches_and_leaves_who_works_there(
    matching: Matching,
) -> None:
    here = await bank(matching)
    place = await here.place(slots=3, **LONG)
    running = await here.ready(place, await here.candidate())
    await matching.set_the_day(date(2026, 4, 1))
    await here.good(f"/placements/{running}/start")
    match = await here.proposed(place, await here.candidate())

    await here.suspend()
    assert await here.state(match) == "withdrawn"
    found = await seen(matching, {"place_id": place})
    assert (found["state"], found["paused_for"], found["free"]) == (
        "paused",
        ["member_suspended"],
        2,
    )
    placement = await matching.good("GET", f"/placements/{running}", "caseworker")
    assert placement["state"] == "running"
    body = {"place_id": place, "candidate_ref": await here.candidate()}
    assert await here.refused("/matches", body) == (409, "place_not_open")

    ids = here.promise.model_dump(include={"membership_id", "organisation_id"})
    await matching.hears(MembershipReinstated(**ids))
    assert (await seen(matching, {"place_id": place}))["state"] == "open"
    await here.proposed(place, body["candidate_ref"])


async def test_a_suspension_frees_the_slots_that_are_kept(matching: Matching) -> None:
    here = await bank(matching)
    place = await here.place(slots=1)
    match = await here.released(place, await here.candidate())
    assert (await seen(matching, {"place_id": place}))["free"] == 0

    await here.suspend()
    assert (await here.look(match)).status_code == 404
    assert (await seen(matching, {"place_id": place}))["free"] == 1
    assert "slot.released.v1" in await matching.told_about(place)


async def test_an_employers_pause_leaves_its_matches_and_keeps_nobody_new_a_slot(
    matching: Matching,
) -> None:
    here = await bank(matching)
    place = await here.place(slots=1)
    wanted = await here.wanted(place, await here.candidate())
    await matching.good("POST", f"/places/{place}/pause", "coordinator", {})
    body = {"starts_on": "2026-04-01", "ends_before": "2026-07-01"}
    await here.good(f"/matches/{wanted}/acceptance", body, actor="caseworker-2")
    assert (await seen(matching, {"place_id": place}))["state"] == "paused"

    back = await matching.good("POST", f"/places/{place}/resumption", "coordinator", {})
    assert (back["state"], back["free"]) == ("full", 0)


async def test_a_place_taken_back_or_gone_stale_ends_its_open_matches(
    matching: Matching,
) -> None:
    here = await bank(matching)
    places = [await here.place(slots=1, **LONG) for _ in range(2)]
    matches = [await here.released(place, await here.candidate()) for place in places]
    await matching.good("POST", f"/places/{places[0]}/closing", "coordinator", {})
    assert [await here.state(match) for match in matches] == ["withdrawn", "employer_asked"]
    await matching.set_the_day(date(2026, 7, 1))
    await matching.do_what_is_due()
    assert (await seen(matching, {"place_id": places[1]}))["state"] == "closed"
    assert await here.rows("SELECT * FROM slots") == []
    assert await here.rows("SELECT * FROM matches WHERE open") == []


async def test_a_place_never_opens_past_a_suspension_that_comes_at_the_same_time(
    matching: Matching,
) -> None:
    for _ in range(8):
        promise = await promised(matching)
        place = await offered(matching, promise)
        path = f"/places/{place['place_id']}"
        said = {"statement": "none"}
        await matching.good("POST", f"{path}/union-statement", "coordinator", said)
        ids = promise.model_dump(include={"membership_id", "organisation_id"})
        await asyncio.gather(
            matching.insists("POST", f"{path}/opening", "coordinator", {}),
            matching.hears(MembershipSuspended(**ids, ground="control")),
        )
        assert (await seen(matching, place))["state"] in ("paused", "under_review")
