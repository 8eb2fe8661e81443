"""Candidates: registered, described, reached, parked, let go; each unit its own."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from tests.driven import TODAY
from tests.matching import people
from tests.matching.conftest import OTHER_UNIT, PRIVATE_KEY, UNIT, Matching

from shared.sealing import opened


async def test_who_is_registered_is_unknown_in_all_and_nobody_sees_her(matching: Matching) -> None:
    sent = people.body()
    answer = await matching.good("POST", "/candidates", "caseworker", sent)
    ref = answer.pop("candidate_ref")
    assert answer == {
        "state": "investigating",
        "since": "2026-03-02",
        "owner": "caseworker",
        "next_action": "find out what isn't known of her",
        "deadline": "2026-03-30",
        "unit": UNIT,
        "visible": False,
        "hidden_for": [*people.PROFILE.facts],
    }
    told = await matching.told_in_full()
    assert [(kind, event) for kind, _, event in told] == [
        ("candidate.registered.v1", {"candidate_ref": ref, "unit": UNIT}),
        ("visibility.computed.v1", {"candidate_ref": ref, "visible": False}),
    ]


async def test_her_own_units_caseworker_sees_all_but_the_number(matching: Matching) -> None:
    sent = people.body(phone="070-123 45 67", address="Storgatan\u00a01,  753 20 Uppsala")
    ref = await people.registered(matching, **sent)
    seen = await people.file(matching, ref)
    for field in ("name", "email", "phone", "wants_email", "group", "abilities", "schedule"):
        assert seen[field] == sent[field], field
    assert seen["address"] == "Storgatan 1, 753 20 Uppsala"
    assert sent["identity_number"] not in str(seen)
    assert (seen["needs"], seen["protection"], seen["ground"]) == (None, None, None)
    assert {fact["value"] for fact in seen["facts"]} == {"unknown"}


async def test_to_everybody_else_she_doesnt_exist(matching: Matching) -> None:
    ref = await people.registered(matching)
    unknown = await matching.call("GET", f"/candidates/{uuid4()}", "caseworker")
    callers: list[tuple[str, Any]] = [
        ("caseworker", {"unit": OTHER_UNIT}),
        ("caseworker", {"unit": ""}),
        ("caseworker", {"organisation": uuid4()}),
        ("coordinator", {"unit": UNIT}),
        ("decider", {"unit": UNIT}),
        ("contact_person", {"organisation": uuid4()}),
        ("system", {"unit": UNIT}),
    ]
    calls: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("PUT", "/facts", {"facts": people.all_true()}),
        ("PUT", "/protection", {"form": "none"}),
        ("PUT", "/needs", {"needs": []}),
        ("PUT", "/profile", {}),
        ("PUT", "/contact", {"language": "sv", "wants_email": False}),
        ("POST", "/parking", {"until": "2026-04-01", "ground": "illness"}),
        ("POST", "/closing", {"ground": "moved"}),
    ]
    for role, claims in callers:
        for method, path, body in calls:
            answer = await matching.call(method, f"/candidates/{ref}{path}", role, body, **claims)
            assert (answer.status_code, answer.json()) == (404, unknown.json()), (role, path)
        listed = await matching.call("GET", "/candidates", role, **claims)
        assert listed.status_code == 404 or listed.json()["candidates"] == []
    for role, claims in callers[1:]:
        answer = await matching.call("POST", "/candidates", role, people.body(), **claims)
        assert answer.status_code == 404, role


async def test_the_list_goes_page_by_page_without_names(matching: Matching) -> None:
    refs = [await people.registered(matching) for _ in range(5)]
    await people.registered(matching, unit=OTHER_UNIT)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await matching.good("GET", f"/candidates?limit=2{after}", "caseworker")
        seen += [one["candidate_ref"] for one in page["candidates"]]
        assert "name" not in page["candidates"][0]
        after = f"&after={page['next']}" if page["next"] else None
    assert seen == refs
    assert (await matching.call("GET", "/candidates?limit=201", "caseworker")).status_code == 422


async def test_the_same_person_is_refused_however_her_number_is_written(
    matching: Matching,
) -> None:
    number = people.identity_number()
    await people.registered(matching, identity_number=number)
    for written in (number, number[2:], f"{number[2:8]}-{number[8:]}", f" {number[2:]} "):
        again = people.body(identity_number=written)
        for unit, code in ((UNIT, "already_registered"), (OTHER_UNIT, "cannot_register")):
            answer = await matching.call("POST", "/candidates", "caseworker", again, unit=unit)
            assert (answer.status_code, answer.json()["code"]) == (409, code)
            assert number[4:] not in answer.text
            assert unit == UNIT or not [w for w in ("unit", "network") if w in answer.text]


async def test_codes_that_the_profile_doesnt_have_are_refused_by_their_place(
    matching: Matching,
) -> None:
    amiss: dict[str, Any] = {
        "/language": {"language": "ar"},
        "/group": {"group": "somebody"},
        "/abilities": {"abilities": {"skill:piloting": True}},
        "/offers": {"offers": ["lecture_tour"]},
        "/identity_number": {"identity_number": "19890102-3287"},
        "/registered_on": {"registered_on": "2026-03-03"},
        "/schedule": {"schedule": ["mon_night"]},
        "/email": {"email": "asa@exempel"},
        "/phone": {"phone": "no"},
        "/name": {"name": " \u200b "},
    }
    for pointer, differs in amiss.items():
        answer = await matching.call("POST", "/candidates", "caseworker", people.body(**differs))
        assert answer.status_code == 422, pointer
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await matching.told() == []


async def test_what_she_can_is_written_anew_and_what_isnt_said_is_unknown(
    matching: Matching,
) -> None:
    ref = await people.registered(matching)
    whole = {"abilities": {"lang:sv_b1": False}, "offers": ["trial_job", "internship"]}
    answer = await matching.good("PUT", f"/candidates/{ref}/profile", "caseworker", whole)
    assert answer["abilities"] == {"lang:sv_b1": False}
    assert answer["offers"] == ["internship", "trial_job"]
    assert (answer["schedule"], answer["available_from"], answer["group"]) == (None, None, None)


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


async def test_a_page_begins_after_nobody_but_the_units_own(matching: Matching) -> None:
    theirs = await people.registered(matching, unit=OTHER_UNIT)
    await people.registered(matching)
    for after in (theirs, str(uuid4())):
        found = await matching.good("GET", f"/candidates?after={after}", "caseworker")
        assert found["candidates"] == []


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


async def test_who_comes_again_keeps_her_reference_and_her_protection_and_nothing_else(
    matching: Matching,
) -> None:
    number = people.identity_number()
    ref = await people.visible(matching, identity_number=number)
    path = f"/candidates/{ref}"
    form = {"form": "fictitious_identity"}
    await matching.good("PUT", f"{path}/protection", "caseworker", form)
    await matching.good("POST", f"{path}/closing", "caseworker", {"ground": "moved"})
    again = people.body(identity_number=number[2:], name="Åsa Ny", email=None)
    answer = await matching.good("POST", "/candidates", "caseworker", again, unit=OTHER_UNIT)
    assert (answer["candidate_ref"], answer["state"]) == (ref, "investigating")
    assert answer["hidden_for"] == [*people.PROFILE.facts]
    assert (await matching.call("GET", path, "caseworker")).status_code == 404
    seen = await people.file(matching, ref, unit=OTHER_UNIT)
    assert (seen["name"], seen["needs"], seen["ground"]) == ("Åsa Ny", None, None)
    assert {fact["value"] for fact in seen["facts"]} == {"unknown"}
    assert not (await people.found(matching, ref, unit=OTHER_UNIT))["visible"]
    assert (await people.file(matching, ref, unit=OTHER_UNIT))["hidden_for"] == ["protected"]


async def test_the_directory_hears_of_who_is_known_unprotected_and_wants_mail(
    matching: Matching,
) -> None:
    ref = await people.registered(matching)
    assert "recipient.named.v1" not in await matching.told()
    await people.found(matching, ref)
    kind, _, event = next(one for one in await matching.told_in_full() if "named" in one[0])
    assert event.pop("sealed")
    assert (kind, event) == (
        "recipient.named.v1",
        {"recipient_id": ref, "role": "participant", "of": UNIT, "language": "sv"},
    )


async def test_the_directory_hears_again_what_changes_and_forgets_who_wants_no_more(
    matching: Matching,
) -> None:
    ref = await people.visible(matching)
    path = f"/candidates/{ref}/contact"
    same = {"language": "sv", "wants_email": True, "email": "asa@exempel.se"}
    for body, kinds in (
        (same, []),
        (same | {"phone": "018-10 10 10"}, []),
        (same | {"email": "ny@exempel.se"}, ["recipient.named.v1"]),
        (same | {"language": "en"}, ["recipient.named.v1"]),
        (same | {"wants_email": False}, ["tombstone"]),
        (same | {"wants_email": False}, []),
        (same, ["recipient.named.v1"]),
        ({"language": "sv", "wants_email": True}, ["tombstone"]),
    ):
        before = len(await matching.told())
        await matching.good("PUT", path, "caseworker", body)
        told = (await matching.told_in_full())[before:]
        assert [kind for kind, _, _ in told] == kinds, body
        for _, _, event in told:
            if event:
                addressee = opened(PRIVATE_KEY, event["sealed"])
                assert (addressee.name, addressee.address) == ("Åsa Törnqvist", body["email"])
                assert event["language"] == body["language"]


async def test_a_network_has_what_its_bank_keeps(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = matching.app.state.networks["jobbpakten"]
    for kind, kept in (
        ("none", []),
        ("places", ["/places"]),
        ("candidates", ["/candidates"]),
        ("both", ["/candidates", "/places", "/matches", "/placements"]),
    ):
        changed = profile.model_copy(update={"bank": kind})
        monkeypatch.setitem(matching.app.state.networks, "jobbpakten", changed)
        for path in ("/candidates", "/places", "/matches", "/placements"):
            answer = await matching.call("GET", path, "caseworker")
            assert answer.status_code == (200 if path in kept else 404), (kind, path)


async def test_one_call_is_carried_out_once_and_its_answer_holds_nothing_of_her(
    matching: Matching,
) -> None:
    sent = people.body()
    answers = [
        await matching.call("POST", "/candidates", "caseworker", sent, Idempotency_Key="a")
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert (await matching.told()).count("candidate.registered.v1") == 1


async def test_todays_is_the_day_of_an_act_unless_said(matching: Matching) -> None:
    ref = await people.registered(matching, registered_on="2026-02-27")
    seen = await people.file(matching, ref)
    assert (seen["since"], seen["registered_on"]) == ("2026-02-27", "2026-02-27")
    early = {"until": TODAY.isoformat(), "ground": "illness", "parked_on": "2026-02-26"}
    answer = await matching.call("POST", f"/candidates/{ref}/parking", "caseworker", early)
    assert (answer.status_code, answer.json()["code"]) == (409, "before_last_act")
