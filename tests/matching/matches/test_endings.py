"""Matches that end without an act: a day, a consent or a fact runs out, somebody is hidden."""

from datetime import date

from tests.matching.support.pairs import COLLEAGUE, GONE, PLAN, Bank


async def test_only_the_answers_of_others_expire_and_their_slots_are_free_again(
    ours: Bank,
) -> None:
    place = await ours.place(slots=4)
    ways = (ours.proposed, ours.asked, ours.consented, ours.released)
    matches = [await way(place, await ours.candidate()) for way in ways]
    proposed, asked, consented, released = matches
    await ours.matching.set_the_day(date(2026, 3, 7))
    await ours.matching.do_what_is_due()
    assert await ours.state(asked) == "candidate_asked"  # its last day isn't over
    await ours.matching.set_the_day(date(2026, 3, 8))
    late = {"given_how": "paper", "until": "2026-06-01"}
    assert await ours.refused(f"/matches/{asked}/consent", late) == (409, "too_late")
    await ours.matching.do_what_is_due()
    await ours.matching.do_what_is_due()
    assert await ours.state(asked) == "expired"
    assert (await ours.matching.told_about(asked)).count("match.expired.v1") == 1
    assert (await ours.matching.told_in_full())[-1][1]["ce_network"] == "jobbpakten"
    others = [await ours.state(match) for match in (proposed, consented, released)]
    assert others == ["proposed", "candidate_yes", "employer_asked"]


async def test_an_employers_silence_through_all_its_time_pauses_the_place(ours: Bank) -> None:
    place = await ours.place()
    match = await ours.released(place, await ours.candidate())
    found = await ours.matching.good("GET", f"/matches/{match}", "caseworker")
    assert found["deadline"] == "2026-05-01"  # 60 days
    await ours.matching.set_the_day(date(2026, 5, 2))
    await ours.matching.do_what_is_due()
    assert await ours.state(match) == "expired"
    seen = await ours.matching.good("GET", f"/places/{place}", "coordinator")
    assert (seen["state"], seen["paused_for"]) == ("paused", ["unresponsive"])


async def test_a_shorter_time_of_ours_frees_the_slot_and_pauses_nothing(ours: Bank) -> None:
    place = await ours.place()
    match = await ours.released(place, await ours.candidate(), until="2026-03-20")
    found = await ours.matching.good("GET", f"/matches/{match}", "caseworker")
    assert found["deadline"] == "2026-03-20"  # never after the consent's own last day
    await ours.matching.set_the_day(date(2026, 3, 21))
    assert (await ours.look(match)).status_code == 404
    assert await ours.seen() == []
    answer = {"answer": "yes"}
    claims = {"role": "contact_person"} | ours.employer
    assert await ours.refused(f"/matches/{match}/answer", answer, **claims) == GONE
    await ours.matching.do_what_is_due()
    assert await ours.state(match) == "expired"
    assert await ours.rows("SELECT 1 FROM slots") == []
    seen = await ours.matching.good("GET", f"/places/{place}", "coordinator")
    assert (seen["state"], seen["paused_for"]) == ("open", [])


async def test_a_consent_that_is_over_ends_the_match_that_rests_on_it(ours: Bank) -> None:
    place = await ours.place()
    ready = await ours.consented(place, await ours.candidate(), until="2026-03-04")
    wanted = await ours.released(place, await ours.candidate(), until="2026-03-04")
    await ours.answer(wanted)
    await ours.matching.set_the_day(date(2026, 3, 5))
    assert await ours.refused(f"/matches/{ready}/release") == (409, "no_consent")
    path = f"/matches/{wanted}/acceptance"
    assert await ours.refused(path, PLAN, actor=COLLEAGUE) == (409, "no_consent")
    await ours.matching.do_what_is_due()
    assert [await ours.state(match) for match in (ready, wanted)] == ["withdrawn"] * 2
    assert await ours.rows("SELECT 1 FROM slots") == []


async def test_a_suspended_members_matches_are_withdrawn_and_its_placements_stay(
    ours: Bank,
) -> None:
    place = await ours.place()
    accepted = await ours.accepted(place, await ours.candidate())
    match = await ours.released(place, await ours.candidate())
    await ours.suspend()
    assert await ours.state(match) == "withdrawn"
    assert (await ours.look(match)).status_code == 404
    path = f"/placements/{accepted['placement_id']}"
    assert (await ours.matching.good("GET", path, "caseworker"))["state"] == "planned"


async def test_hiding_her_dated_before_the_last_act_is_not_refused(ours: Bank) -> None:
    ref = await ours.candidate()
    match = await ours.consented(await ours.place(), ref)
    await ours.matching.set_the_day(date(2026, 3, 6))
    await ours.good(f"/matches/{match}/release")
    await ours.protect(ref)  # found on TODAY, four days before
    assert await ours.state(match) == "withdrawn"
    assert (await ours.look(match)).status_code == 404


async def test_a_fact_that_aged_hides_before_any_clock_has_run(ours: Bank) -> None:
    ref = await ours.candidate()
    match = await ours.released(await ours.place(), ref)
    await ours.matching.set_the_day(date(2026, 6, 3))  # what registers say is good for 92 days
    assert (await ours.look(match)).status_code == 404
    assert await ours.seen() == []
    claims = {"role": "contact_person"} | ours.employer
    assert await ours.refused(f"/matches/{match}/answer", {"answer": "yes"}, **claims) == GONE
    await ours.matching.do_what_is_due()
    assert await ours.state(match) == "withdrawn"
