"""Consents over HTTP: to named details, recorded with how, taken back in any form."""

from datetime import date

import pytest
from tests.matching.support.pairs import COLLEAGUE, PLAN, Bank

CONSENT = {"given_how": "paper", "until": "2026-06-01"}


async def accepted(ours: Bank) -> tuple[str, str]:
    """Go all the way with a new candidate; gives her and her match."""
    ref = await ours.candidate()
    return ref, str((await ours.accepted(await ours.place(), ref))["match_id"])


@pytest.mark.parametrize(
    ("differs", "code"),
    [
        ({"fields": ["first_name", "email"]}, "unknown_field"),
        ({"fields": []}, "no_fields"),
        ({"given_how": "click"}, "not_by_herself"),
        ({"until": "2026-03-01"}, "until_amiss"),
        ({"until": "2027-03-01"}, "until_amiss"),
    ],
)
async def test_a_consent_is_to_what_she_was_asked_and_well_recorded(
    ours: Bank, differs: dict[str, object], code: str
) -> None:
    match = await ours.asked(await ours.place(), await ours.candidate())
    assert await ours.refused(f"/matches/{match}/consent", CONSENT | differs) == (422, code)
    assert await ours.state(match) == "candidate_asked"
    assert await ours.rows("SELECT 1 FROM consents") == []


async def test_how_it_was_given_is_kept(ours: Bank) -> None:
    place, ref = await ours.place(), await ours.candidate()
    match = await ours.consented(place, ref, given_how="e_signed", fields=["first_name"])
    (row,) = await ours.rows("SELECT given_how, witnesses, fields, recorded_by FROM consents")
    assert tuple(row) == ("e_signed", [], ["first_name"], "caseworker-1")
    found = await ours.matching.good("GET", f"/matches/{match}", "caseworker")
    assert found["consent"]["fields"] == ["first_name"]


async def test_her_no_has_no_field_for_a_reason_and_is_told_as_any_withdrawal(ours: Bank) -> None:
    place, ref = await ours.place(), await ours.candidate()
    refused = await ours.asked(place, ref)
    path = f"/matches/{refused}/refusal"
    assert (await ours.post(path, {"reason": "the boss"})).status_code == 422
    said = await ours.good(path)
    assert (said["state"], said["meaning"]["told_to"]) == ("candidate_no", ["caseworker"])
    withdrawn = await ours.asked(place, ref)
    path = f"/matches/{withdrawn}/withdrawal"
    # A code of anybody's own could say what no colleague but hers may know, and lies unsealed.
    assert await ours.refused(path, {"ground": "psychosis"}) == (422, "unknown_ground")
    await ours.good(path, {"ground": "mistake"})
    told = await ours.matching.told_in_full()
    ends = [
        (kind, {**payload, "match_id": ""})
        for kind, headers, payload in told
        if headers["ce_subject"] in (refused, withdrawn) and kind == "match.withdrawn.v1"
    ]
    assert len(ends) == 2
    assert ends[0] == ends[1]
    assert (await ours.look(refused)).status_code == 404
    assert (await ours.matching.good("GET", f"/candidates/{ref}", "caseworker"))["visible"]
    await ours.proposed(place, ref)  # it cost her nothing


async def test_a_consent_taken_back_hides_at_once_and_ends_the_match(ours: Bank) -> None:
    for reached in (ours.consented, ours.released, ours.wanted):
        match = await reached(await ours.place(), await ours.candidate())
        path = f"/matches/{match}/consent-withdrawal"
        assert (await ours.good(path, {}))["state"] == "withdrawn"
        assert (await ours.look(match)).status_code == 404
        assert await ours.seen() == []
        assert (await ours.good(path, {}))["state"] == "withdrawn"  # said twice it is over once
        about = await ours.matching.told_about(match)
        assert about[-1] == "match.withdrawn.v1"
    kinds = await ours.matching.told()
    assert kinds.count("consent.withdrawn.v1") == 3
    assert await ours.rows("SELECT 1 FROM slots") == []


async def test_after_acceptance_the_details_are_hidden_and_the_placement_stays(ours: Bank) -> None:
    match = await ours.wanted(await ours.place(), await ours.candidate())
    planned = await ours.good(f"/matches/{match}/acceptance", PLAN, actor=COLLEAGUE)
    assert (await ours.look(match)).json()["details"]["first_name"] == "Shamiram"
    taken = await ours.good(f"/matches/{match}/consent-withdrawal", {"how": "paper"})
    assert taken["state"] == "accepted"
    assert (await ours.look(match)).status_code == 404
    path = f"/placements/{planned['placement_id']}"
    assert (await ours.matching.good("GET", path, "caseworker"))["state"] == "planned"
    (slot,) = await ours.rows("SELECT state FROM slots")
    assert slot.state == "taken"


async def test_whoever_takes_it_back_after_acceptance_doesnt_begin_and_is_no_no_show(
    ours: Bank,
) -> None:
    place = await ours.place()
    planned = await ours.accepted(place, await ours.candidate())
    ready = await ours.matching.good(
        "GET", f"/placements/{await ours.ready(place, await ours.candidate())}", "caseworker"
    )
    await ours.prepared(planned["placement_id"])
    for one in (planned, ready):
        await ours.good(f"/matches/{one['match_id']}/consent-withdrawal", {"how": "paper"})
    await ours.matching.set_the_day(date(2026, 4, 1))
    for one, act in ((planned, "readiness"), (ready, "start")):
        path = f"/placements/{one['placement_id']}"
        assert await ours.refused(f"{path}/{act}") == (409, "no_consent")
        over = await ours.good(f"{path}/interruption", {"ground": "other", "side": "participant"})
        assert (over["state"], over["started_on"]) == ("interrupted", None)
        about = await ours.matching.told_about(one["placement_id"])
        assert about[-1] == "placement.interrupted.v1"
    assert await ours.rows("SELECT 1 FROM slots") == []


async def test_a_first_day_after_the_consents_last_isnt_accepted(ours: Bank) -> None:
    match = await ours.released(await ours.place(), await ours.candidate(), until="2026-03-31")
    await ours.answer(match)
    refused = await ours.refused(f"/matches/{match}/acceptance", PLAN, actor=COLLEAGUE)
    assert refused == (422, "after_the_consent")


async def test_a_first_day_is_recorded_after_a_consent_that_reached_it(ours: Bank) -> None:
    match = await ours.released(await ours.place(), await ours.candidate(), until="2026-04-01")
    await ours.answer(match)
    planned = await ours.good(f"/matches/{match}/acceptance", PLAN, actor=COLLEAGUE)
    path = f"/placements/{planned['placement_id']}"
    await ours.prepared(planned["placement_id"])
    await ours.good(f"{path}/readiness")
    await ours.matching.set_the_day(date(2026, 4, 3))
    assert await ours.refused(f"{path}/start", {"started_on": "2026-04-02"}) == (409, "no_consent")
    assert (await ours.good(f"{path}/start", {"started_on": "2026-04-01"}))["state"] == "running"


async def test_an_accepted_consent_rests_while_a_fact_hides_her_and_ends_when_protected(
    ours: Bank,
) -> None:
    ref, match = await accepted(ours)
    await ours.find(ref, "receives_assistance", "unknown")
    assert (await ours.look(match)).status_code == 404
    assert await ours.seen() == []
    await ours.find(ref, "receives_assistance", "true")
    assert (await ours.look(match)).json()["details"]["first_name"] == "Shamiram"
    await ours.find(ref, "receives_assistance", "false")
    await ours.protect(ref)
    assert (await ours.look(match)).status_code == 404
    await ours.protect(ref, "none")
    assert (await ours.find(ref, "receives_assistance", "true"))["visible"]
    assert (await ours.look(match)).status_code == 404
    assert await ours.seen() == []


async def test_a_mark_in_the_register_ends_a_consent_before_anybody_knows_her_form(
    ours: Bank,
) -> None:
    ref, match = await accepted(ours)
    await ours.find(ref, "no_mark_in_register", "false")
    assert (await ours.find(ref, "no_mark_in_register", "true"))["visible"]
    assert (await ours.look(match)).status_code == 404


async def test_a_consent_is_never_dated_after_it_was_taken_back(ours: Bank) -> None:
    match = await ours.released(await ours.place(), await ours.candidate())
    early = {"how": "paper", "withdrawn_on": "2026-03-01"}
    path = f"/matches/{match}/consent-withdrawal"
    assert await ours.refused(path, early) == (409, "before_last_act")


FORMS = ("word", "phone", "message", "mail", "paper", "two_staff", "e_signed", "click", "other")


@pytest.mark.parametrize("how", FORMS)
async def test_a_consent_on_paper_is_taken_back_in_whatever_form(ours: Bank, how: str) -> None:
    match = await ours.released(await ours.place(), await ours.candidate())
    taken = await ours.good(f"/matches/{match}/consent-withdrawal", {"how": how})
    assert taken["state"] == "withdrawn"
    assert (await ours.look(match)).status_code == 404
    assert await ours.rows("SELECT withdrawn_how FROM consents") == [(how,)]


async def test_whoever_takes_it_back_when_time_has_hidden_her_isnt_refused(ours: Bank) -> None:
    place = await ours.place()
    wanted = await ours.wanted(place, await ours.candidate())
    asked = await ours.asked(place, await ours.candidate())
    await ours.matching.set_the_day(date(2026, 6, 3))  # what registers say is good for 92 days
    for match, act in ((wanted, "consent-withdrawal"), (asked, "refusal")):
        assert (await ours.good(f"/matches/{match}/{act}"))["state"] == "withdrawn"
        assert (await ours.matching.told_about(match))[-1] == "match.withdrawn.v1"
    (row,) = await ours.rows("SELECT withdrawn_on FROM consents")
    assert row.withdrawn_on == date(2026, 6, 3)


async def test_a_first_day_before_she_took_it_back_is_recorded_afterwards(ours: Bank) -> None:
    days: dict[str, str] = {}
    for day in ("2026-04-01", "2026-04-02", "2026-04-03"):
        days[day] = await ours.ready(await ours.place(), await ours.candidate())
    await ours.matching.set_the_day(date(2026, 4, 3))
    for day, placement in days.items():
        found = await ours.matching.good("GET", f"/placements/{placement}", "caseworker")
        taken = {"withdrawn_on": "2026-04-02"}
        await ours.good(f"/matches/{found['match_id']}/consent-withdrawal", taken)
        body = {"started_on": day}
        if day < taken["withdrawn_on"]:
            assert (await ours.good(f"/placements/{placement}/start", body))["state"] == "running"
        else:  # of that day nobody knows the hour
            path = f"/placements/{placement}/start"
            assert await ours.refused(path, body) == (409, "no_consent")
