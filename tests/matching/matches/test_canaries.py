"""Who a candidate is stays where she consented: planted in every field of a match and placement."""

from typing import Any

import pytest
from tests.matching.support.canaries import broken, stored
from tests.matching.support.pairs import ADDRESS, COLLEAGUE, NAME, PLAN, SECRETS, Bank, number

from shared import logs

NEED, GROUND, SIDE = "written_instructions", "illness", "participant"
FULL = {"fields": ["first_name", "full_name", "phone", "email"], "answer_by": "2026-03-07"}
BODIES: dict[str, list[Any]] = {
    "asking": [{"fields": [NAME], "answer_by": "2026-03-07"}, {"fields": ["phone"], "by": NAME}],
    "consent": [{"given_how": NAME}, {"given_how": "two_staff", "witnesses": [NAME, ADDRESS]}],
    "consent-confirmation": [{"consent_id": NAME}],
    "refusal": [{"reason": NAME}],
    "release": [{"answer_by": NAME}],
    "withdrawal": [{"ground": NAME}, {"ground": "kanariefagel"}, {NAME: NAME}],
    "consent-withdrawal": [{"how": NAME}],
    "acceptance": [PLAN | {"starts_on": NAME}, NAME],
    "answer": [{"answer": "no", "ground": "kanariefagel"}],
}
OF_PLACEMENT: dict[str, list[Any]] = {
    "signatures": [{"party": NAME}],
    "completion": [{"ended_on": NAME}],
    "interruption": [{"ground": "kanariefagel", "side": SIDE}, {"ground": NAME, "side": NAME}],
    "partial-completion": [{"last_day": NAME, "missed_minutes": NAME}],
}


async def amiss(ours: Bank, path: str, bodies: dict[str, list[Any]]) -> list[str]:
    """Put what identifies her where it doesn't belong; gives the errors."""
    found = []
    for act, several in bodies.items():
        who = {"role": "contact_person"} | ours.employer if act == "answer" else {}
        answers = [await ours.post(f"{path}/{act}", body, **who) for body in several]
        assert {one.status_code for one in answers} <= {404, 409, 422}, (act, answers)
        found += [one.text for one in answers]
    return found


async def life(ours: Bank) -> list[str]:
    """Go from the pick to a placement's end; gives each answer but what she consented to show."""
    place, ref = await ours.place(provides=[NEED]), await ours.candidate(NEED)
    match = await ours.proposed(place, ref)
    path, said = f"/matches/{match}", await amiss(ours, f"/matches/{match}", BODIES)
    said.append(str(await ours.good(f"{path}/asking", FULL)))
    word = await ours.said(match)
    said.append((await ours.matching.call("GET", path, "caseworker")).text)
    said.append(str(await ours.confirmed(match, word)))
    said.append(str(await ours.good(f"{path}/release")))
    assert NAME in (await ours.look(match)).text
    said += await amiss(ours, path, BODIES)
    said.append(str(await ours.answer(match)))
    planned = await ours.good(f"{path}/acceptance", PLAN, actor=COLLEAGUE)
    path = f"/placements/{planned['placement_id']}"
    said += [str(planned), *await amiss(ours, path, OF_PLACEMENT)]
    why = {"ground": GROUND, "side": SIDE}
    said.append((await ours.post(f"{path}/interruption", why, Idempotency_Key="once")).text)
    for role, claims in (("coordinator", {}), ("contact_person", ours.employer)):
        said.append((await ours.matching.call("GET", path, role, **claims)).text)
    return said


async def test_nothing_of_her_is_told_logged_answered_or_stored_in_the_open(
    ours: Bank, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("matching", "debug")
    places = {"answers": str(await life(ours)), "events": str(await ours.matching.told_in_full())}
    places["database"] = await stored(ours.matching)
    match = await ours.released(await ours.place(), await ours.candidate())
    async with broken(ours.matching, "consents"):
        failed = await ours.look(match)
    assert failed.status_code == 500
    metrics = await ours.matching.call("GET", "/metrics", "nobody")
    written = capsys.readouterr()
    assert "call_failed" in written.out
    places |= {"logs": written.out + written.err, "failed": failed.text, "metrics": metrics.text}
    assert "consent.given.v1" in places["events"]  # it is looked for where it would be
    assert "interrupted" in places["database"]
    wanted = [*SECRETS, number(1), number(1)[2:], NEED, GROUND, "kanariefagel"]
    hits = {(where, one) for where, said in places.items() for one in wanted if one in said}
    assert hits - {("database", NEED)} == set()  # the place says what it provides
