"""Candidates parked until a day and back, or gone: hidden at once, forgotten by the directory."""

from datetime import date
from typing import Any

from tests.matching.support import people
from tests.matching.support.service import Matching


async def test_a_parked_candidate_isnt_visible_until_the_day_is_over(matching: Matching) -> None:
    ref = await people.visible(matching)
    parking = {"until": "2026-03-20", "ground": "illness"}
    answer = await matching.good("POST", f"/candidates/{ref}/parking", "caseworker", parking)
    assert (answer["state"], answer["visible"], answer["deadline"]) == (
        "parked",
        False,
        "2026-03-20",
    )
    assert (await people.file(matching, ref))["hidden_for"] == ["parked"]
    assert (await people.file(matching, ref))["ground"] == "illness"
    await matching.set_the_day(date(2026, 3, 20))
    assert await matching.do_what_is_due() == 0
    await matching.set_the_day(date(2026, 3, 27))
    assert await matching.do_what_is_due() == 1
    assert await matching.do_what_is_due() == 0
    seen = await people.file(matching, ref)
    assert (seen["state"], seen["visible"], seen["since"]) == ("visible", True, "2026-03-27")
    assert seen["ground"] is None
    assert (await matching.told_about(ref)).count("visibility.computed.v1") == 4


async def test_the_directory_forgets_a_parked_person_when_a_fact_runs_out(
    matching: Matching,
) -> None:
    ref = await people.visible(matching)
    parking = {"until": "2026-12-01", "ground": "illness"}
    await matching.good("POST", f"/candidates/{ref}/parking", "caseworker", parking)
    assert "tombstone" not in await matching.told_about(ref)
    await matching.set_the_day(date(2026, 6, 3))  # what registers say is good for 92 days
    await matching.do_what_is_due()
    assert (await matching.told_about(ref))[-1] == "tombstone"
    assert (await people.file(matching, ref))["state"] == "parked"
    await matching.set_the_day(date(2026, 12, 2))
    await matching.do_what_is_due()
    seen = await people.file(matching, ref)
    assert (seen["state"], seen["ground"]) == ("hidden", None)


async def test_a_caseworker_brings_her_back_before_the_day(matching: Matching) -> None:
    ref = await people.visible(matching)
    parking = {"until": "2026-03-20", "ground": "illness"}
    await matching.good("POST", f"/candidates/{ref}/parking", "caseworker", parking)
    answer = await matching.good("POST", f"/candidates/{ref}/return", "caseworker", {})
    assert (answer["state"], answer["visible"]) == ("visible", True)
    assert (await people.file(matching, ref))["ground"] is None
    again = await matching.call("POST", f"/candidates/{ref}/return", "caseworker", {})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


async def test_parking_ends_on_a_day_to_come(matching: Matching) -> None:
    ref = await people.registered(matching)
    parking = {"until": "2026-03-01", "ground": "illness"}
    answer = await matching.call("POST", f"/candidates/{ref}/parking", "caseworker", parking)
    assert (answer.status_code, answer.json()["code"]) == (422, "already_over")


async def test_whoever_leaves_does_so_on_a_ground_of_the_network(matching: Matching) -> None:
    ref = await people.visible(matching)
    closing = {"ground": "abducted"}
    answer = await matching.call("POST", f"/candidates/{ref}/closing", "caseworker", closing)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_ground")
    assert answer.json()["errors"][0]["pointer"] == "/ground"
    assert (await people.file(matching, ref))["visible"]


async def test_who_leaves_is_hidden_forgotten_by_the_directory_and_done(
    matching: Matching,
) -> None:
    for ground, state in {"own_livelihood": "own_livelihood", "moved": "closed"}.items():
        ref = await people.visible(matching)
        closing = {"ground": ground}
        answer = await matching.good("POST", f"/candidates/{ref}/closing", "caseworker", closing)
        assert (answer["state"], answer["visible"], answer["deadline"]) == (state, False, None)
        assert (await matching.told_about(ref))[-3:] == [
            "visibility.computed.v1",
            "tombstone",
            "candidate.closed.v1",
        ]
        calls: list[tuple[str, str, Any]] = [
            ("PUT", "/facts", {"facts": people.all_true()}),
            ("PUT", "/profile", {}),
            ("POST", "/closing", closing),
            ("POST", "/return", {}),
        ]
        for method, path, body in calls:
            call = await matching.call(method, f"/candidates/{ref}{path}", "caseworker", body)
            assert (call.status_code, call.json()["code"]) == (409, "wrong_state"), path
