"""Candidates: seen by their own unit alone, described, reached by mail if they want it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.matching.support import people
from tests.matching.support.service import OTHER_UNIT, PRIVATE_KEY, UNIT, Matching

from matching.models import Identity
from shared.people.sealing import opened


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


async def test_a_page_begins_after_nobody_but_the_units_own(matching: Matching) -> None:
    theirs = await people.registered(matching, unit=OTHER_UNIT)
    await people.registered(matching)
    for after in (theirs, str(uuid4())):
        found = await matching.good("GET", f"/candidates?after={after}", "caseworker")
        assert found["candidates"] == []


async def test_what_she_can_is_written_anew_and_what_isnt_said_is_unknown(
    matching: Matching,
) -> None:
    ref = await people.registered(matching)
    whole = {"abilities": {"lang:sv_b1": False}, "offers": ["trial_job", "internship"]}
    answer = await matching.good("PUT", f"/candidates/{ref}/profile", "caseworker", whole)
    assert answer["abilities"] == {"lang:sv_b1": False}
    assert answer["offers"] == ["internship", "trial_job"]
    assert (answer["schedule"], answer["available_from"], answer["group"]) == (None, None, None)


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


async def test_after_a_change_of_notifications_key_every_participant_is_told_again(
    matching: Matching, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [await people.visible(matching), await people.visible(matching, unit=OTHER_UNIT)]
    await people.registered(matching)  # nobody knows whether she lives protected
    gone, hidden, broken = [await people.visible(matching) for _ in range(3)]
    path = f"/candidates/{gone}/closing"
    await matching.good("POST", path, "caseworker", {"ground": "moved"})
    form = {"form": "protected_registration"}
    await matching.good("PUT", f"/candidates/{hidden}/protection", "caseworker", form)
    async with matching.database.transaction() as tx:
        (await tx.get_one(Identity, UUID(broken))).sealed = b"x"
    for role in ("coordinator", "system"):
        before = len(await matching.told())
        assert await matching.good("POST", "/contacts/retelling", role, {}) == {"told": 2}
        told = (await matching.told_in_full())[before:]
        assert [kind for kind, _, _ in told] == ["recipient.named.v1"] * 2
        assert {headers["ce_subject"] for _, headers, _ in told} == {*named}
        assert {opened(PRIVATE_KEY, event["sealed"]).address for _, _, event in told} == {
            "asa@exempel.se"
        }
    assert broken in capsys.readouterr().out


async def test_who_may_be_named_no_more_is_forgotten_and_not_told_again(
    matching: Matching,
) -> None:
    ref = await people.visible(matching)
    await matching.set_the_day(date(2026, 6, 3))  # what the register said is good for 92 days
    assert await matching.good("POST", "/contacts/retelling", "system", {}) == {"told": 0}
    assert (await matching.told_about(ref))[-1] == "tombstone"


async def test_nobody_but_staff_and_machines_has_all_told_again(matching: Matching) -> None:
    callers: list[tuple[str, Any]] = [
        ("caseworker", {}),
        ("decider", {}),
        ("contact_person", {"organisation": uuid4()}),
        ("coordinator", {"organisation": uuid4()}),
    ]
    for role, claims in callers:
        answer = await matching.call("POST", "/contacts/retelling", role, {}, **claims)
        assert answer.status_code == 404, role


async def test_a_network_has_what_its_bank_keeps(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks = matching.database.networks
    profile = networks["jobbpakten"]
    for kind, kept in (
        ("none", []),
        ("places", ["/places"]),
        ("candidates", ["/candidates"]),
        ("both", ["/candidates", "/places", "/matches", "/placements"]),
    ):
        changed = profile.model_copy(update={"bank": kind})
        monkeypatch.setitem(networks, "jobbpakten", changed)
        for path in ("/candidates", "/places", "/matches", "/placements"):
            answer = await matching.call("GET", path, "caseworker")
            assert answer.status_code == (200 if path in kept else 404), (kind, path)
