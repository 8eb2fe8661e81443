"""Whether somebody is known: no call that is refused, and leaves nothing, tells it."""

from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from tests.membership.conftest import Membership
from tests.shared.support.numbers import checked
from tests.support.refusals import JSON, changed, changes, looks, seen, stored

from shared import logs

APPLICATION = {"number": "", "name": "Bageriet", "sector": "business", "size": "micro"}
PERSON = {"name": "Åsa Öberg", "email": "asa@exempel.se", "language": "sv", "role": "signatory"}
STAFF = PERSON | {"role": "decider", "unit": "amf"}
ROLES = ("contact_person", "coordinator", "vetting_officer", "decider", "caseworker", "system", "x")
CLAIMS: list[dict[str, Any]] = [
    {"networks": ["another"]},
    {"seconds": -120},
    {"actor": "890102-3286"},
    {"Idempotency_Key": "x" * 201},
    {"Idempotency_Key": ""},
    {"Idempotency_Key": "used"},
]
serials = count(100)


def number() -> str:
    """Make the number of a sole trader whom nobody knows."""
    return checked(f"890102{next(serials)}")


async def known(membership: Membership) -> list[str]:
    """Give the numbers of two who applied; one has withdrawn."""
    numbers = [number(), number()]
    for one in numbers:
        member = await membership.applied(number=one)
    await membership.as_member(member, "POST", "/withdrawal", {})
    return numbers


async def asked(membership: Membership, who: str, role: str, differs: Any, **claims: Any) -> Any:
    body = changed(APPLICATION | {"number": who, "applied_on": "2026-03-02"}, differs)
    return await membership.call("POST", "/members", role, body, **(JSON | claims))


async def alike(membership: Membership, numbers: list[str], *how: Any, **claims: Any) -> None:
    """See that those who are known are answered as one who isn't, unless she is stored by it.

    Of whoever was refused, known or not, nothing is stored.
    """
    before = await stored(membership)
    with looks(membership, "organisations") as looked:
        answer = await asked(membership, number(), *how, **claims)
    if answer.is_success:
        return
    assert looked == [] or "organisation" in claims, (how, claims)
    for one in numbers:
        assert seen(await asked(membership, one, *how, **claims)) == seen(answer), (how, claims)
    assert await stored(membership) == before, (how, claims)


async def test_no_refusal_of_an_application_tells_who_has_applied(membership: Membership) -> None:
    numbers = await known(membership)
    await membership.good("POST", "/contacts/retelling", "system", {}, Idempotency_Key="used")
    for differs in changes(APPLICATION | {"employees": 1, "municipal_unit": False}, "applied_on"):
        await alike(membership, numbers, "signatory", {"employees": ...} | differs)
    for differs in ({"employees": 3}, {"size": ...}, {"municipal_unit": True}):
        await alike(membership, numbers, "signatory", differs)
    for role in ROLES:
        await alike(membership, numbers, role, {})
    for claims in CLAIMS:
        await alike(membership, numbers, "signatory", {}, **claims)
        await alike(membership, numbers, "signatory", {"applied_on": "2001-01-01"}, **claims)
    for day in ("2026-03-02", "2001-01-01", "2026-03-03"):
        own = {"organisation": uuid4()}
        await alike(membership, numbers, "signatory", {"applied_on": day}, **own)
        named = {"X_Correlation_Id": "890102-3286", "Idempotency_Key": str(uuid4())}
        await alike(membership, numbers, "contact_person", {"applied_on": day}, **named)


async def test_who_asks_for_somebody_known_leaves_a_trace_without_her(
    membership: Membership, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = await known(membership)
    logs.configure("membership", "info")
    for one in numbers:
        assert (await asked(membership, one, "signatory", {})).status_code == 404
    said = capsys.readouterr().out
    assert said.count('"known_asked_for"') == said.count('"key": "signatory-1"') == 2
    assert not [one for one in numbers if one[6:] in said]


async def test_an_application_from_long_ago_is_refused_before_anybody_is_looked_up(
    membership: Membership,
) -> None:
    numbers = [*await known(membership), number()]
    answers = [
        await asked(membership, one, "signatory", {"applied_on": "2001-01-01"}) for one in numbers
    ]
    assert {seen(answer)[:2] for answer in answers} == {seen(answers[0])[:2]}
    assert answers[0].json()["code"] == "too_long_ago"


@pytest.mark.parametrize("staff", [False, True])
async def test_no_refusal_to_name_somebody_tells_whether_her_address_is_known(
    membership: Membership, *, staff: bool
) -> None:
    member = await membership.applied(number=number())
    path = "/staff" if staff else f"/members/{member['membership_id']}/contacts"
    role, body = ("coordinator", STAFF) if staff else ("signatory", PERSON)
    own = {} if staff else {"organisation": member["organisation_id"]}
    await membership.good("POST", path, role, body, **own)
    other = await membership.good("POST", path, role, body | {"email": "bo@exempel.se"}, **own)
    anew = f"{path}/{other['contact_id']}"
    addresses = count()
    for method, where in (("POST", path), ("PUT", anew)):
        whole = body if method == "POST" else dict(list(body.items())[:3])
        cases: list[Any] = [(differs, role, {}) for differs in changes(whole, "named_on")]
        cases += [({}, another, {}) for another in ROLES] + [({}, role, one) for one in CLAIMS]
        cases += [({"named_on": "2026-03-01", "language": "fi"}, role, {})]
        for differs, by, claims in cases:
            before = await stored(membership)
            answers = [
                await membership.call(
                    method,
                    where,
                    by,
                    changed(whole | {"email": email}, differs),
                    **(own | JSON | claims),
                )
                for email in (f"a{next(addresses)}@exempel.se", "asa@exempel.se")
            ]
            if not answers[0].is_success:
                assert seen(answers[0]) == seen(answers[1]), (method, differs, by, claims)
                assert await stored(membership) == before, (method, differs, by, claims)
