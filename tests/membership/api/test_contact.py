"""Contacts over HTTP: named, shown, named anew, told sealed, forgotten."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.membership.conftest import KEYS, OTHER_NUMBER, Membership

from shared.people.sealing import opened

AINA = {"name": "Aina  Testesson", "email": "aina@example.com", "language": "sv"}
SIGNATORY = AINA | {"role": "signatory"}
SHOWN = {"name": "Aina Testesson", "email": "aina@example.com", "language": "sv"}
SHOWN |= {"role": "signatory", "named_on": "2026-03-02"}


async def named(membership: Membership, member: Any, **differs: Any) -> str:
    body = SIGNATORY | differs
    return str((await membership.as_member(member, "POST", "/contacts", body))["contact_id"])


async def heard(membership: Membership) -> list[tuple[str, str, Any]]:
    """Give what went to the directory: the key, the network, and the record opened."""
    told = [
        (about["ce_subject"], about["ce_network"], event)
        for kind, about, event in await membership.told_in_full()
        if kind in {"recipient.named.v1", "tombstone"}
    ]
    return [
        (key, network, event and event | {"sealed": opened(KEYS.sealing_private, event["sealed"])})
        for key, network, event in told
    ]


async def test_a_contact_is_shown_to_her_organisation_and_coordinators_and_to_nobody_else(
    membership: Membership,
) -> None:
    member = await membership.applied()
    answer = await membership.as_member(member, "POST", "/contacts", SIGNATORY)
    assert UUID(answer["contact_id"]).version == 4
    kept = {"role": "signatory", "language": "sv", "named_on": "2026-03-02"}
    assert answer == kept | {"contact_id": answer["contact_id"]}, "no name, no address"

    path = f"/members/{member['membership_id']}/contacts"
    shown = [SHOWN | {"contact_id": answer["contact_id"]}]
    own = {"organisation": member["organisation_id"]}
    for role, claims in (("signatory", own), ("contact_person", own), ("coordinator", {})):
        assert await membership.good("GET", path, role, **claims) == shown
    for role, claims in (
        ("vetting_officer", {}),
        ("decider", {}),
        ("caseworker", {}),
        ("system", {}),
        ("signatory", {}),
        ("signatory", {"organisation": uuid4()}),
        ("coordinator", own),
    ):
        for method, body in (("GET", None), ("POST", SIGNATORY)):
            answer = await membership.call(method, path, role, body, **claims)
            assert answer.status_code == 404, (method, role, claims)


async def test_notifications_alone_can_read_who_was_named(membership: Membership) -> None:
    member = await membership.applied()
    contact_id = await named(membership, member, language="en", named_on="2026-02-27")

    (key, network, event) = (await heard(membership))[0]
    assert (key, network) == (contact_id, "jobbpakten")
    assert event.pop("sealed").model_dump() == {
        "name": "Aina Testesson",
        "address": "aina@example.com",
    }
    assert event == {
        "recipient_id": contact_id,
        "role": "signatory",
        "of": member["organisation_id"],
        "language": "en",
    }
    about = (await membership.told_in_full())[-1][1]
    assert (about["ce_dataclassification"], about["ce_occurredat"]) == ("sealed", "2026-02-27")


async def test_a_contact_s_name_is_stored_tidied(membership: Membership) -> None:
    member = await membership.applied()
    await named(membership, member, name=" A\u200d\u030asa\u200b \u00a0 Berg\u200d ")
    (_, _, event) = (await heard(membership))[0]
    assert event["sealed"].name == "\u00c5sa Berg"


ODD = (
    ("email", "aina"),
    ("email", "aina@example.com\r\nBcc: all@example.com"),
    ("email", "890102-3286@example.com"),
    ("email", f"{'a' * 1001}@example.com"),
    ("name", "\u200b"),
    ("name", "\u200c\u200d"),
    ("name", "Aina 890102-3286"),
    ("name", "8901\u200b02-3286"),
    ("role", "coordinator"),
    ("role", "mentor"),
    ("language", "fi"),
    ("language", "sv\n"),
    ("named_on", "2026-03-03"),
    ("phone", "018-123456"),
)


@pytest.mark.parametrize(("field", "odd"), ODD)
async def test_an_odd_contact_is_refused_where_it_is_odd_and_not_repeated(
    membership: Membership, field: str, odd: str
) -> None:
    member = await membership.applied()
    path = f"/members/{member['membership_id']}/contacts"
    answer = await membership.call("POST", path, "coordinator", SIGNATORY | {field: odd})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert "Aina" not in answer.text
    assert "example.com" not in answer.text
    assert await membership.good("GET", path, "coordinator") == []
    assert await heard(membership) == []


async def test_one_address_is_named_once_in_a_role_however_it_is_written(
    membership: Membership,
) -> None:
    member = await membership.applied()
    other = await membership.applied(number=OTHER_NUMBER)
    await named(membership, member)
    path = f"/members/{member['membership_id']}/contacts"
    again = SIGNATORY | {"name": "Aina T", "email": "AINA@Example.com"}
    answer = await membership.call("POST", path, "coordinator", again)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_named")
    assert "example" not in answer.text.lower()
    await named(membership, member, role="contact_person")
    await named(membership, other)
    assert len(await heard(membership)) == 3


async def test_whoever_moves_is_named_anew_under_the_same_id_and_told_again(
    membership: Membership,
) -> None:
    member = await membership.applied()
    contact_id = await named(membership, member)
    other_id = await named(membership, member, email="bo@example.com")
    body = {"name": "Aina Nilsson", "email": "aina@nilsson.example", "language": "en"}
    path = f"/contacts/{contact_id}"
    answer = await membership.as_member(member, "PUT", path, body)
    assert (answer["contact_id"], answer["language"]) == (contact_id, "en")
    assert "Nilsson" not in str(answer)

    shown = {
        one["contact_id"]: one for one in await membership.as_member(member, "GET", "/contacts")
    }
    assert shown[contact_id] == answer | {key: body[key] for key in ("name", "email")}
    told = [(key, event["sealed"].address) for key, _, event in await heard(membership)]
    assert told[-1] == (contact_id, "aina@nilsson.example")
    whole = f"/members/{member['membership_id']}/contacts"
    taken = body | {"email": "bo@example.com"}
    early = body | {"named_on": "2026-03-01"}
    for changed, code in ((taken, "already_named"), (early, "before_last_act")):
        refused = await membership.call("PUT", f"{whole}/{contact_id}", "coordinator", changed)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert other_id in shown
    assert len(await heard(membership)) == 3


async def test_whoever_is_removed_is_forgotten_here_and_with_a_tombstone_there(
    membership: Membership,
) -> None:
    member = await membership.applied()
    other = await membership.applied(number=OTHER_NUMBER)
    contact_id = await named(membership, member)
    for whose, status in ((other, 404), (member, 204), (member, 404)):
        path = f"/members/{whose['membership_id']}/contacts/{contact_id}"
        own = {"organisation": whose["organisation_id"]}
        answer = await membership.call("DELETE", path, "contact_person", **own)
        assert answer.status_code == status
    assert await membership.as_member(member, "GET", "/contacts") == []
    assert (await heard(membership))[-1] == (contact_id, "jobbpakten", None)
    assert await named(membership, member) != contact_id


async def test_after_a_change_of_notifications_key_everybody_is_told_again(
    membership: Membership,
) -> None:
    member = await membership.applied()
    ids = {await named(membership, member), await named(membership, member, role="supervisor")}
    before = await membership.told_in_full()
    told = await membership.good("POST", "/contacts/retelling", "system", {})
    assert told == {"told": 2}
    again = (await heard(membership))[-2:]
    assert {key for key, _, _ in again} == ids
    sealed = [
        event["sealed"]
        for _, _, event in (*before, *await membership.told_in_full())
        if "sealed" in event
    ]
    assert len(set(sealed)) == 4, "each time another text"
    for role in ("decider", "signatory", "caseworker"):
        answer = await membership.call("POST", "/contacts/retelling", role, {})
        assert answer.status_code == 404


async def test_contacts_are_forgotten_a_month_after_the_last_membership_ended(
    membership: Membership,
) -> None:
    gone, stays, back = [
        await membership.applied(number=number)
        for number in ("556000-0001", OTHER_NUMBER, "802000-0009")
    ]
    ids = [await named(membership, member) for member in (gone, stays, back)]
    for member in (gone, back):
        await membership.as_member(member, "POST", "/withdrawal", {})
    path = f"/members/{gone['membership_id']}/contacts"
    late = SIGNATORY | {"role": "supervisor"}
    answer = await membership.call("POST", path, "coordinator", late)
    assert answer.json()["code"] == "wrong_state"
    await membership.applied(number="802000-0009", organisation=back["organisation_id"])

    await membership.set_the_day(date(2026, 4, 1))
    assert await membership.do_what_is_due() == 0
    await membership.set_the_day(date(2026, 4, 2))
    assert await membership.do_what_is_due() == 1
    assert await membership.do_what_is_due() == 0
    assert (await heard(membership))[-1] == (ids[0], "jobbpakten", None)
    assert await membership.good("GET", path, "coordinator") == []
    for member, contact_id in ((stays, ids[1]), (back, ids[2])):
        found = await membership.as_member(member, "GET", "/contacts")
        assert [one["contact_id"] for one in found] == [contact_id]


async def test_two_who_name_the_same_contact_at_once_name_her_once(
    membership: Membership,
) -> None:
    member = await membership.applied()
    path = f"/members/{member['membership_id']}/contacts"
    staff = SIGNATORY | {"role": "caseworker", "unit": "jobbcenter_city"}
    for url, body in ((path, SIGNATORY), ("/staff", staff)):
        calls = (membership.insists("POST", url, "coordinator", body) for _ in range(4))
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(await heard(membership)) == 2


async def test_a_contact_named_with_a_key_is_answered_the_same_again_without_who_she_is(
    membership: Membership,
) -> None:
    member = await membership.applied()
    path = f"/members/{member['membership_id']}/contacts"
    key = {"Idempotency_Key": "contact-1"}
    answers = [
        await membership.call("POST", path, "coordinator", SIGNATORY, **key) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(await heard(membership)) == 1
