"""Visibility: a change hides at once, ends her matches, and nobody hears why."""

from datetime import date
from typing import get_args

from tests.matching.support import people
from tests.matching.support.pairs import bank
from tests.matching.support.service import Matching
from tests.support.driven import TODAY

from matching.commands.consequences import enter, refresh
from matching.commands.locks import lock_candidate
from matching.models import Candidate
from matching.queries import candidate as queries
from matching.rules.fact import Form

FORMS = [form for form in get_args(Form) if form != "none"]


async def test_each_form_of_protection_hides_until_recorded_otherwise_and_is_told_to_nobody(
    matching: Matching,
) -> None:
    for form in FORMS:
        ref = await people.visible(matching)
        path = f"/candidates/{ref}/protection"
        answer = await matching.good("PUT", path, "caseworker", {"form": form})
        assert (answer["visible"], answer["hidden_for"]) == (False, ["protected"])
        assert (await matching.told_about(ref))[-2:] == ["visibility.computed.v1", "tombstone"]
        assert (await people.found(matching, ref))["hidden_for"] == ["protected"]
        earlier = {"form": "none", "found_on": "2026-03-01"}
        assert not (await matching.good("PUT", path, "caseworker", earlier))["visible"]
        answer = await matching.good("PUT", path, "caseworker", {"form": "none"})
        assert (answer["visible"], answer["hidden_for"]) == (True, [])
        assert (await matching.told_about(ref))[-1] == "recipient.named.v1"
    told = str(await matching.told_in_full())
    for word in (*FORMS, "protect", *people.PROFILE.facts, "population_register"):
        assert word not in told


async def test_whatever_hides_her_ends_her_open_matches_and_consents_at_once(
    matching: Matching,
) -> None:
    at = await bank(matching)
    parking = {"until": "2026-04-01", "ground": "illness"}
    fact = {"code": "may_work", "value": "false", "source": "document"}
    ways = [
        ("PUT", "protection", {"form": "fictitious_identity"}),
        ("PUT", "facts", {"facts": [fact]}),
        ("POST", "parking", parking),
        ("POST", "closing", {"ground": "own_livelihood"}),
    ]
    for method, path, body in ways:
        place, ref = await at.place(slots=1), await at.candidate()
        match = await at.released(place, ref)
        assert (await at.look(match)).status_code == 200
        url = f"/candidates/{ref}/{path}"
        assert not (await matching.good(method, url, "caseworker", body))["visible"]
        assert await at.state(match) == "withdrawn"
        assert (await at.look(match)).status_code == 404
        told = await matching.told()
        assert {"match.withdrawn.v1", "consent.withdrawn.v1", "slot.released.v1"} < set(told[-9:])


async def test_time_alone_hides_her_and_ends_her_matches(matching: Matching) -> None:
    at = await bank(matching)
    match = await at.released(await at.place(), await at.candidate())
    other = await at.proposed(await at.place(), await at.candidate())
    await matching.set_the_day(date(2026, 6, 3))
    await matching.do_what_is_due()
    assert (await at.look(match)).status_code == 404
    assert [await at.state(one) for one in (match, other)] == ["withdrawn"] * 2


async def test_who_is_protected_from_the_first_day_is_never_named_or_shown(
    matching: Matching,
) -> None:
    ref = await people.registered(matching)
    form = {"form": "protected_registration"}
    await matching.good("PUT", f"/candidates/{ref}/protection", "caseworker", form)
    assert (await people.found(matching, ref))["hidden_for"] == ["protected"]
    assert await matching.told_about(ref) == ["candidate.registered.v1", "visibility.computed.v1"]


async def test_only_the_visible_of_a_unit_who_are_fresh_can_be_proposed(
    matching: Matching,
) -> None:
    ref = await people.visible(matching)
    await people.registered(matching)
    await people.visible(matching, unit="jobbcenter_gottsunda")
    async with matching.database.transaction() as tx:
        found = await queries.visible(tx, "jobbpakten", "jobbcenter_city")
        assert [str(one.id) for one in found] == [ref]
    await matching.set_the_day(TODAY.replace(month=7))
    async with matching.database.transaction() as tx:
        assert await queries.visible(tx, "jobbpakten", "jobbcenter_city") == []
        held = await lock_candidate(tx, found[0].id)
        assert held
        assert held.visible
        await refresh(tx, held)
        assert not held.visible


async def test_with_a_placement_ahead_or_under_way_she_stays_and_then_is_free_again(
    matching: Matching,
) -> None:
    for way in (["match", "unmatch"], ["match", "place", "return"], ["place", "return"]):
        ref = await people.visible(matching)
        async with matching.database.transaction() as tx:
            candidate = await lock_candidate(tx, (await one(matching, ref)).id)
            assert candidate
            for by in way[:-1]:
                await enter(tx, candidate, by, TODAY)
                assert candidate.visible
                assert candidate.state == {"match": "in_match", "place": "placed"}[by]
            await enter(tx, candidate, way[-1], TODAY)
            assert (candidate.state, candidate.visible) == ("visible", True)


async def one(matching: Matching, ref: str) -> Candidate:
    async with matching.database.transaction() as tx:
        found = await queries.visible(tx, "jobbpakten", "jobbcenter_city")
        return next(each for each in found if str(each.id) == ref)
