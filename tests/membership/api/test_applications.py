"""Applications and declarations over HTTP."""

import asyncio
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from tests.membership.conftest import (
    APPLICATION,
    DECLARATION,
    NUMBER,
    OTHER_NUMBER,
    SOLE_TRADER,
    Membership,
)

VALUES = [*DECLARATION][:4]
ODD: list[tuple[dict[str, Any], str]] = [
    ({"number": "556000-0002"}, "/number"),
    ({"number": "890230-3286"}, "/number"),
    ({"number": "x" * 21}, "/number"),
    ({"name": " \u200b "}, "/name"),
    ({"name": "å" * 201}, "/name"),
    ({"sector": "church"}, "/sector"),
    ({"size": None}, "/"),
    ({"employees": 4}, "/"),
    ({"employees": -1, "size": None}, "/employees"),
    ({"municipal_unit": True}, "/"),
    ({"applied_on": "1999-12-31"}, "/applied_on"),
    ({"applied_on": "2026-01-29"}, "/applied_on"),
    ({"applied_on": 1772409600}, "/applied_on"),
    ({"applied_on": "1772409600"}, "/applied_on"),
    ({"applied_on": "2026-03-02T00:00:00"}, "/applied_on"),
    ({"employees": True, "size": None}, "/employees"),
    ({"employees": "4", "size": None}, "/employees"),
    ({"sector": "public", "municipal_unit": 1}, "/municipal_unit"),
    ({"name": "\u3164"}, "/name"),
    ({"name": "!?"}, "/name"),
    ({"note": "free text"}, "/note"),
]


async def test_an_odd_application_is_refused_where_it_is_odd_and_nothing_is_stored(
    membership: Membership,
) -> None:
    for differs, pointer in ODD:
        answer = await membership.call("POST", "/members", "signatory", APPLICATION | differs)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer], differs
        assert str(differs.get("number", "Bageriet")) not in answer.text
    assert await membership.told() == []
    assert (await membership.good("GET", "/members", "coordinator"))["members"] == []


async def test_employees_give_the_size_and_a_municipal_unit_is_a_member_like_any_other(
    membership: Membership,
) -> None:
    member = await membership.applied(employees=250, sector="public", municipal_unit=True)
    found = await membership.as_member(member, "GET", "")
    assert (found["size"], found["municipal_unit"]) == ("large", True)


@pytest.mark.parametrize("number", [NUMBER, SOLE_TRADER])
async def test_one_organisation_has_one_open_membership_in_a_network_even_if_two_race(
    membership: Membership, number: str
) -> None:
    body = APPLICATION | {"number": number}
    calls = (membership.insists("POST", "/members", "signatory", body) for _ in range(4))
    answers = await asyncio.gather(*calls)

    assert sorted(answer.status_code for answer in answers) == [201, 404, 404, 404]
    (own,) = (one.json()["organisation_id"] for one in answers if one.is_success)
    again = await membership.call("POST", "/members", "signatory", body, organisation=own)
    assert (again.status_code, again.json()["code"]) == (409, "already_applied")
    assert await membership.told() == ["membership.applied.v1"]


async def test_a_call_with_the_same_key_is_carried_out_once(membership: Membership) -> None:
    key = {"Idempotency_Key": "apply-1"}
    first = await membership.call("POST", "/members", "signatory", APPLICATION, **key)
    again = await membership.call("POST", "/members", "signatory", APPLICATION, **key)
    other = APPLICATION | {"name": "Other"}
    reused = await membership.call("POST", "/members", "signatory", other, **key)

    assert (first.status_code, first.json()) == (201, again.json())
    assert reused.json()["code"] == "key_reused"
    assert await membership.told() == ["membership.applied.v1"]


async def test_nobody_applies_for_another_organisation_than_her_own(
    membership: Membership,
) -> None:
    await membership.applied()
    for number in (NUMBER, OTHER_NUMBER):
        body = APPLICATION | {"number": number}
        answer = await membership.call("POST", "/members", "signatory", body, organisation=uuid4())
        assert answer.status_code == 404
    everybody = await membership.good("GET", "/members", "coordinator")
    assert len(everybody["members"]) == 1


async def test_only_a_signatory_applies_and_no_other_role_learns_who_has(
    membership: Membership,
) -> None:
    own = (await membership.applied())["organisation_id"]
    for role in ("coordinator", "contact_person", "vetting_officer", "system"):
        for number, claims in ((NUMBER, {}), (NUMBER, {"organisation": own}), (OTHER_NUMBER, {})):
            body = APPLICATION | {"number": number}
            answer = await membership.call("POST", "/members", role, body, **claims)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_stranger_neither_applies_for_a_known_organisation_nor_hears_how_it_stands(
    membership: Membership,
) -> None:
    member = await membership.applied()
    applying = await membership.call("POST", "/members", "signatory", APPLICATION)
    await membership.as_member(member, "POST", "/withdrawal", {})
    withdrawn = await membership.call("POST", "/members", "signatory", APPLICATION)
    assert applying.status_code == withdrawn.status_code == 404
    assert applying.json() == withdrawn.json()


async def test_a_value_that_is_not_said_is_not_declared(membership: Membership) -> None:
    member = await membership.applied()
    path, own = f"/members/{member['membership_id']}/values", member["organisation_id"]
    for value, said in product(VALUES, [False, None, "yes", 1, "missing"]):
        body = DECLARATION | {value: said}
        if said == "missing":
            del body[value]
        answer = await membership.call("POST", path, "signatory", body, organisation=own)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"/{value}"
    assert await membership.told() == ["membership.applied.v1"]


async def test_a_value_that_the_network_doesnt_have_is_refused(membership: Membership) -> None:
    member = await membership.applied()
    path, own = f"/members/{member['membership_id']}/values", member["organisation_id"]
    for value, pointer in (("patience", "/?"), ("Patience", "/Patience"), ("a890102_3286", "/?")):
        body = DECLARATION | {value: True}
        answer = await membership.call("POST", path, "signatory", body, organisation=own)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer
        assert "3286" not in answer.text
    assert await membership.told() == ["membership.applied.v1"]


async def test_the_values_are_declared_once_in_the_network_s_own_words(
    membership: Membership,
) -> None:
    member = await membership.applied()
    path, own = f"/members/{member['membership_id']}/values", member["organisation_id"]
    old = DECLARATION | {"text_version": "2019-1"}
    answer = await membership.call("POST", path, "signatory", old, organisation=own)
    assert (answer.status_code, answer.json()["code"]) == (422, "another_text")

    await membership.as_member(member, "POST", "/values", DECLARATION)
    again = await membership.call("POST", path, "signatory", DECLARATION, organisation=own)
    assert (again.status_code, again.json()["code"]) == (409, "already_declared")
