"""Whether somebody is in the bank: no call that is refused, and leaves nothing, tells it."""

from itertools import product
from typing import Any

import pytest
from tests.matching.support import people
from tests.matching.support.service import OTHER_UNIT, Matching
from tests.matching.support.tables import HEADER, row, table
from tests.support.chance import without_chance
from tests.support.refusals import JSON, changed, changes, looks, seen, stored

from shared import logs

ROLES = ("coordinator", "decider", "contact_person", "signatory", "system", "x")
CLAIMS: list[dict[str, Any]] = [
    {"networks": ["another"]},
    {"unit": "nowhere"},
    {"unit": "890102-3286"},
    {"organisation": "0198f6a2-7f5c-7cc3-98c4-dc0c0c07398f"},
    {"seconds": -120},
    {"actor": "890102-3286"},
    {"Idempotency_Key": "x" * 201},
    {"Idempotency_Key": "used"},
]
CODES: list[dict[str, Any]] = [
    {"language": "ar"},
    {"group": "somebody"},
    {"abilities": {"skill:piloting": True}},
    {"offers": ["lecture_tour"]},
    {"schedule": ["mon_night"]},
]


async def elsewhere(matching: Matching) -> list[str]:
    """Give the numbers of those whom another unit has registered: one lives protected, one left.

    The last was protected, and has left.
    """
    numbers = [people.identity_number() for _ in range(4)]
    theirs = {"unit": OTHER_UNIT}
    refs = [await people.registered(matching, identity_number=n, unit=OTHER_UNIT) for n in numbers]
    for ref in (refs[1], refs[3]):
        found = {"form": "protected_registration", "found_on": "2026-03-02"}
        path = f"/candidates/{ref}/protection"
        await matching.good("PUT", path, "caseworker", found, **theirs)
    for ref in refs[2:]:
        path = f"/candidates/{ref}/closing"
        await matching.good("POST", path, "caseworker", {"ground": "moved"}, **theirs)
    used = {"Idempotency_Key": "used"}
    await matching.good("POST", "/candidates", "caseworker", people.body(), **used)
    return numbers


async def test_no_refusal_of_a_registration_tells_whom_another_unit_has(
    matching: Matching,
) -> None:
    numbers = await elsewhere(matching)
    whole = people.body(phone="0701740605", address="Storgatan 1")
    cases: list[Any] = [
        (differs, "caseworker", {}) for differs in [*changes(whole, "registered_on"), *CODES]
    ]
    cases += [({}, role, {}) for role in ROLES]
    cases += [(differs, "caseworker", claims) for differs, claims in product(({}, *CODES), CLAIMS)]
    for differs, role, claims in cases:
        before = await stored(matching)
        with looks(matching, "identities") as looked:
            answers = [
                await matching.call(
                    "POST",
                    "/candidates",
                    role,
                    changed(whole | {"identity_number": one}, differs),
                    **(JSON | claims),
                )
                for one in [people.identity_number(), *numbers]
            ]
        if not answers[0].is_success:
            assert looked == [], (differs, role, claims)
            assert all(seen(answer) == seen(answers[0]) for answer in answers), (differs, claims)
            assert await stored(matching) == before, (differs, claims)


async def test_who_asks_for_another_unit_s_leaves_a_trace_without_her(
    matching: Matching, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs, *_ = await elsewhere(matching)
    logs.configure("matching", "info")
    path = "/candidates/import?dry_run=false"
    for where, body in (
        ("/candidates", people.body(identity_number=theirs)),
        (path, table(row(identity_number=theirs))),
    ):
        assert (await matching.call("POST", where, "caseworker", body)).status_code == 409
    said = capsys.readouterr().out
    assert said.count('"known_asked_for"') == said.count('"key": "caseworker-1"') == 2
    assert theirs[8:] not in without_chance(said)


@pytest.mark.parametrize("dry_run", ["true", "false", "perhaps"])
async def test_no_refusal_of_a_file_tells_whom_another_unit_has(
    matching: Matching, dry_run: str
) -> None:
    other, *numbers = await elsewhere(matching)
    here = people.identity_number()
    await people.registered(matching, identity_number=here)
    amiss = [row(**{column: "\x01?"}) for column in HEADER.split(";")]
    amiss += [row(registered_on=day) for day in ("2026-03-03", "1999-12-31", "soon")]
    amiss += [row(identity_number=here), row(identity_number=other), row() + ";more", ";;x"]
    cases: list[Any] = [(table(row(identity_number="{}"), one), "caseworker", {}) for one in amiss]
    good = table(row(identity_number="{}"))
    cases += [(good, role, {}) for role in ROLES] + [(good, "caseworker", one) for one in CLAIMS]
    cases += [
        (good + wrong, "caseworker", {})
        for wrong in (b"\xff\x00", b'"', b";" * 200, b"x" * 1_048_576)
    ]
    cases += [(good.replace(b"name;", b"nom;"), "caseworker", {})]
    path = f"/candidates/import?dry_run={dry_run}"
    for content, role, claims in cases:
        before = await stored(matching)
        answers = [
            await matching.call("POST", path, role, content.replace(b"{}", one.encode()), **claims)
            for one in [people.identity_number(), *numbers]
        ]
        if answers[0].is_success and answers[0].json()["registered"]:
            continue
        assert all(seen(one) == seen(answers[0]) for one in answers), (content[-300:], role, claims)
        assert await stored(matching) == before, (content[-300:], role, claims)
