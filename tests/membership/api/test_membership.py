"""Applications, declarations and lists over HTTP."""

import asyncio
import logging
from collections.abc import Callable
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.membership.conftest import (
    DECLARATION,
    NUMBER,
    OTHER_NUMBER,
    SOLE_TRADER,
    Membership,
    app_on,
    running,
    two_networks,
)

from membership import queries
from shared import logs

APPLICATION = {"number": NUMBER, "name": "Bageriet", "sector": "business", "size": "micro"}

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


async def test_a_field_named_by_an_identity_number_is_refused_without_naming_it(
    membership: Membership,
) -> None:
    body = APPLICATION | {SOLE_TRADER: "hers"}
    answer = await membership.call("POST", "/members", "signatory", body)
    assert answer.status_code == 422
    assert SOLE_TRADER not in answer.text


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
    calls = (membership.call("POST", "/members", "signatory", body) for _ in range(4))
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


async def test_what_is_kept_to_answer_a_key_again_holds_no_name(membership: Membership) -> None:
    member = await membership.applied(number=SOLE_TRADER, name="Aina Testesson")
    path = f"/members/{member['membership_id']}"
    own = {"organisation": member["organisation_id"]}
    for act, body in (("/values", DECLARATION), ("/withdrawal", {})):
        key = {"Idempotency_Key": act}
        await membership.good("POST", path + act, "signatory", body, **own, **key)
    async with membership.database.transaction() as tx:
        kept = (await (await tx.connection()).execute(text("SELECT body FROM answers"))).all()
    assert len(kept) == 2
    assert "Testesson" not in str(kept)
    assert all(b"membership_id" in bytes(one.body) for one in kept)


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


async def test_an_employer_finds_itself_and_a_coordinator_everybody(
    membership: Membership,
) -> None:
    one = await membership.declared()
    other = await membership.declared(number=OTHER_NUMBER)
    own = one["organisation_id"]

    everybody = await membership.good("GET", "/members", "coordinator")
    itself = await membership.good("GET", "/members", "contact_person", organisation=own)
    assert [m["membership_id"] for m in everybody["members"]] == [
        one["membership_id"],
        other["membership_id"],
    ]
    assert [m["membership_id"] for m in itself["members"]] == [one["membership_id"]]
    for role in ("union", "supervisor", "mentor", "participant", "coordinator", "decider"):
        path = f"/members/{one['membership_id']}"
        for url in (path, "/members"):
            answer = await membership.call("GET", url, role, organisation=own)
            assert answer.status_code == 404
    for role, claims in (("signatory", {"organisation": own}), ("signatory", {}), ("union", {})):
        path = f"/members/{other['membership_id']}"
        assert (await membership.call("GET", path, role, **claims)).status_code == 404
        if not claims:
            assert (await membership.call("GET", "/members", role)).status_code == 404


async def test_a_long_list_comes_in_pages(membership: Membership) -> None:
    numbers = (NUMBER, OTHER_NUMBER, "802000-0009", "212000-0001")
    ids = [(await membership.applied(number=number))["membership_id"] for number in numbers]

    pages, after = [], ""
    while after is not None:
        path = f"/members?limit=2{after and '&after='}{after}"
        page = await membership.good("GET", path, "coordinator")
        pages.append([one["membership_id"] for one in page["members"]])
        after = page["next"]
    assert pages == [ids[:2], ids[2:]]
    assert (await membership.call("GET", "/members?limit=201", "coordinator")).status_code == 422


async def test_a_sole_trader_s_number_leaves_in_no_view_no_event_no_error_and_no_log(
    membership: Membership, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure("membership", "info")  # as the service does, to where we look
    member = await membership.joined(number=SOLE_TRADER)
    again = APPLICATION | {"number": SOLE_TRADER}
    own = {"organisation": member["organisation_id"]}
    answers = [
        await membership.call("POST", "/members", "signatory", again),
        await membership.call("POST", "/members", "signatory", again, **own),
    ]
    for trouble in (OSError, ValueError):  # an outage: a warning and 503; a bug: an error and 500

        async def fails(*_: Any, trouble: type[Exception] = trouble) -> None:
            logging.getLogger("asyncpg").warning("Key (number)=(%s) exists", SOLE_TRADER)
            raise trouble(f"Key (number)=({SOLE_TRADER}) already exists")

        monkeypatch.setattr(queries, "open_membership_of", fails)
        answers.append(await membership.call("POST", "/members", "signatory", again, **own))
    assert [answer.status_code for answer in answers] == [404, 409, 503, 500]

    logged = capsys.readouterr()
    assert logged.out.count("call_failed") == 2
    assert "Key (number)" in logged.out, "the libraries' own log comes through the same sieve"
    views = [
        await membership.as_member(member, "GET", ""),
        await membership.good("GET", "/members", "coordinator"),
        await membership.good("GET", "/organisations/findings", "coordinator"),
        await membership.told_in_full(),
    ]
    assert views[0]["number"] is None
    for form in ("8901023286", "890102-3286", "198901023286"):
        assert form not in f"{views} {logged} {[answer.text for answer in answers]}"


async def test_an_organisation_is_not_named_by_somebody_s_number(membership: Membership) -> None:
    named = APPLICATION | {"number": SOLE_TRADER, "name": "890102-3286 Firma"}
    answer = await membership.call("POST", "/members", "signatory", named)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/name"]
    assert "3286" not in answer.text


async def test_two_networks_share_organisations_and_see_none_of_each_other_s_members(
    database: Callable[[str], str], tmp_path: Any
) -> None:
    async with running(app_on(database("membership"), two_networks(tmp_path))) as service:
        one = await service.joined({"offer": "lecture", "units": 1})
        service.network = "grannpakten"
        own = one["organisation_id"]
        other = await service.applied(networks=["grannpakten"], organisation=own)

        assert other["organisation_id"] == one["organisation_id"]
        both = {"networks": ["jobbpakten", "grannpakten"]}
        found = await service.good("GET", "/members", "coordinator", **both)
        assert [m["membership_id"] for m in found["members"]] == [other["membership_id"]]
        for path in (
            f"/members/{one['membership_id']}",
            f"/members/{one['membership_id']}/commitments",
            f"/commitments/{one['commitments'][0]}",
        ):
            assert (await service.call("GET", path, "coordinator", **both)).status_code == 404
        path = f"/commitments/{one['commitments'][0]}/activities"
        assert (await service.call("POST", path, "coordinator", {}, **both)).status_code == 404
        # In the token is one network, in the path another.
        assert (await service.call("GET", "/members", "coordinator")).status_code == 404


async def test_without_a_token_nothing_is_said(membership: Membership) -> None:
    for path in ("", "/members", f"/members/{uuid4()}"):
        assert (await membership.http.get(f"/networks/jobbpakten{path}")).status_code == 401


async def test_a_network_without_profile_is_not_there(membership: Membership) -> None:
    membership.network = "klimatprotokollet"
    answer = await membership.call("GET", "", "coordinator", networks=["klimatprotokollet"])
    assert answer.status_code == 404
