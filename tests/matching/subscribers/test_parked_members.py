"""A member of whom something is parked counts as suspended: what it is now isn't known."""

import pytest
from tests.matching.support.pairs import COLLEAGUE, GONE, PLAN, Bank
from tests.support.parked import park, settle


@pytest.mark.parametrize("of", ["membership_id", "commitment_id"])
async def test_nobody_is_proposed_shown_or_accepted_there_until_it_is_settled(
    ours: Bank, of: str
) -> None:
    place = await ours.place()
    shown = await ours.released(place, await ours.candidate())
    wanted = await ours.wanted(place, await ours.candidate())
    other = await ours.candidate()
    await park(ours.matching.database, "membership.v1", getattr(ours.promise, of))

    assert await ours.seen() == []
    answer = await ours.look(shown)
    assert (answer.status_code, answer.json()["code"]) == GONE
    body = {"place_id": place, "candidate_ref": other}
    assert await ours.refused("/matches", body) == (409, "place_not_open")
    accepting = f"/matches/{wanted}/acceptance"
    assert await ours.refused(accepting, PLAN, actor=COLLEAGUE) == (409, "member_unknown")

    await settle(ours.matching.database)
    assert sorted(await ours.seen()) == sorted([shown, wanted])
    await ours.proposed(place, other)
    await ours.good(accepting, PLAN, actor=COLLEAGUE)


async def test_no_run_finds_anybody_for_its_places_and_none_of_them_is_opened(ours: Bank) -> None:
    await ours.place()
    await ours.candidate()
    await park(ours.matching.database, "membership.v1", ours.promise.membership_id)
    found = await ours.good("/runs")
    assert (found["places"], found["with_candidates"]) == (0, 0)
    await settle(ours.matching.database)
    assert (await ours.good("/runs"))["places"] == 1


async def test_another_member_is_as_it_was(ours: Bank) -> None:
    place = await ours.place()
    await park(ours.matching.database, "membership.v1", "0198c5a2-0000-7000-8000-000000000000")
    await ours.proposed(place, await ours.candidate())
