"""Who a candidate is stands nowhere but sealed: planted in every field, and looked for all over."""

from typing import Any

import pytest
from tests.matching.support import people
from tests.matching.support.canaries import broken, stored
from tests.matching.support.service import Matching

from shared import logs

NAME, EMAIL = "Nahrin Kanariefågel", "nahrin.kanarie@exempel.se"
PHONE, ADDRESS = "070-999 88 77", "Fågelbovägen 99, Knutby"
GROUND, SOURCE, NEED = "psychosis_canary", "rumour_canary", "written_instructions"


def canaries(number: str) -> list[str]:
    written = [number, number[2:], f"{number[2:8]}-{number[8:]}", f"{number[:8]}-{number[8:]}"]
    more = [NAME, "Nahrin", "Kanariefågel", EMAIL, "nahrin.kanarie", PHONE, ADDRESS, "Fågelbo"]
    return [*written, *more, GROUND, SOURCE, NEED, "fictitious_identity"]


async def life(matching: Matching, number: str) -> list[Any]:
    """Let a person be registered, found out about, protected, parked, let go; gives the answers."""
    contact = {"name": NAME, "email": EMAIL, "phone": PHONE, "address": ADDRESS}
    sent = people.body(identity_number=number, **contact)
    ref = await people.registered(matching, **sent)
    path, answers = f"/candidates/{ref}", [await people.found(matching, ref)]
    csv = "identity_number;name;language;email;phone;address\n"
    csv += f"{number};{NAME};sv;{EMAIL};{PHONE};{ADDRESS}\n" * 2
    fact = {"code": "may_work", "value": "false", "source": SOURCE}
    for method, where, body in (
        ("PUT", f"{path}/needs", {"needs": [NEED]}),
        ("PUT", f"{path}/facts", {"facts": [fact]}),
        ("PUT", f"{path}/protection", {"form": "fictitious_identity"}),
        ("PUT", f"{path}/contact", {"language": "en", "wants_email": True, "email": EMAIL}),
        ("POST", f"{path}/parking", {"until": "2026-04-01", "ground": GROUND}),
        ("POST", "/candidates", sent),
        ("POST", "/candidates/import?dry_run=false", csv.encode()),
        ("GET", "/candidates", None),
        ("POST", f"{path}/closing", {"ground": "moved"}),
        ("POST", "/candidates", sent | {"name": f"{NAME} Ny"}),
    ):
        key = {"Idempotency_Key": where} if body != sent else {}
        answer = await matching.call(method, where, "caseworker", body, **key)
        answers.append(answer.text)
    return answers


async def malformed(matching: Matching, number: str) -> list[str]:
    """Put what identifies her where it doesn't belong; gives the errors."""
    good = people.body(identity_number=number, name=NAME)
    bodies: list[Any] = [
        *({**good, field: value} for field in good for value in (NAME, number, [EMAIL], {NAME: 1})),
        {**good, "abilities": {NAME: True}},
        {**good, "abilities": {"skill:kitchen": NAME}},
        {**good, "offers": [EMAIL]},
        [good],
        NAME,
        f'{{"name": "{NAME}", '.encode(),
        number.encode(),
    ]
    answers = [await matching.call("POST", "/candidates", "caseworker", one) for one in bodies]
    answers += [
        await matching.call("GET", f"/candidates{path}", "caseworker")
        for path in (f"/{number}", f"?after={number}", f"?limit={NAME}")
    ]
    assert {answer.status_code for answer in answers} <= {201, 409, 422}
    return [answer.text for answer in answers]


async def test_nothing_of_her_is_told_logged_answered_or_stored_in_the_open(
    matching: Matching, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("matching", "debug")
    number = people.identity_number()
    answers = await life(matching, number)
    errors = await malformed(matching, number)
    places = {
        "answers": str(answers),
        "errors": str(errors),
        "database": await stored(matching),
        "events": str(await matching.told_in_full()),
    }
    sent = people.body(name=NAME, email=EMAIL, phone=PHONE, address=ADDRESS)
    async with broken(matching, "facts"):
        failed = await matching.call("POST", "/candidates", "caseworker", sent)
    assert failed.status_code == 500
    written = capsys.readouterr()
    assert "call_failed" in written.out
    places |= {"broken": failed.text, "logs": written.out + written.err}
    wanted = [*canaries(number), sent["identity_number"], sent["identity_number"][2:]]
    assert "investigating" in places["database"]  # it is looked for where it would be
    hits = {(where, one) for where, said in places.items() for one in wanted if one in said}
    assert hits == set()
