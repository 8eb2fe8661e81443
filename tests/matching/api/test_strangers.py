"""Whether another unit knows somebody: nobody finds out by asking, in whatever way she asks."""

import asyncio
from typing import Any

import pytest
from tests.matching.support import people
from tests.matching.support.service import OTHER_UNIT, Matching
from tests.matching.support.tables import imported, row, table

from matching.commands.candidates import imports

LONG_AGO = {"registered_on": "2000-01-01"}


async def left(matching: Matching, **claims: str) -> str:
    """Register somebody who leaves the bank today; gives her number."""
    number = people.identity_number()
    ref = await people.registered(matching, identity_number=number, **claims)
    path = f"/candidates/{ref}/closing"
    await matching.good("POST", path, "caseworker", {"ground": "moved"}, **claims)
    return number


async def present(matching: Matching, **claims: str) -> str:
    number = people.identity_number()
    await people.registered(matching, identity_number=number, **claims)
    return number


async def test_whatever_ends_an_import_is_answered_in_the_same_bytes(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: Any) -> list[Any]:
        return []

    monkeypatch.setattr(imports, "faults_of", nothing)  # as if all of them had come just now
    theirs, ours = await present(matching, unit=OTHER_UNIT), await present(matching)
    gone, own = await left(matching, unit=OTHER_UNIT), await left(matching)
    early = [row(identity_number=number, **LONG_AGO) for number in (gone, own)]
    there, here = row(identity_number=theirs), row(identity_number=ours)
    files = [[there], [here], [row(), there], [there, row()], [*early, there], [there, *early]]
    answers = set()
    for rows in [*files, [*early, row(), here], [row(identity_number=theirs, **LONG_AGO)]]:
        path = "/candidates/import?dry_run=false"
        answer = await matching.call("POST", path, "caseworker", table(*rows))
        answers.add((answer.status_code, answer.content))
    assert [status for status, _ in answers] == [409]
    assert b"cannot_register" in answers.pop()[1]


async def test_who_left_is_registered_for_any_day_as_if_nobody_had_known_her(
    matching: Matching,
) -> None:
    gone = [await left(matching, unit=OTHER_UNIT) for _ in range(2)]
    seen = []
    for number in (gone[0], people.identity_number()):
        sent = people.body(identity_number=number, **LONG_AGO)
        answer = await matching.call("POST", "/candidates", "caseworker", sent)
        said = answer.json()
        seen.append((answer.status_code, said | {"candidate_ref": ""}))
        file = await people.file(matching, said["candidate_ref"])
        assert (file["since"], file["registered_on"]) == ("2000-01-01", "2000-01-01")
    assert seen[0] == seen[1]
    assert seen[0][0] == 201
    rows = [row(identity_number=gone[1], **LONG_AGO), row(**LONG_AGO)]
    assert (await imported(matching, table(*rows)))["registered"] == 2


async def test_two_files_with_the_same_people_in_another_order_dont_wait_in_a_circle(
    matching: Matching,
) -> None:
    rows = [row() for _ in range(30)]
    path = "/candidates/import?dry_run=false"
    calls = [
        matching.insists("POST", path, "caseworker", table(*order)) for order in (rows, rows[::-1])
    ]
    answers = await asyncio.gather(*calls)
    # Whoever came second knew it at once, or only once the first had registered somebody.
    done = [answer.json()["registered"] for answer in answers if answer.status_code != 409]
    assert sorted(done) in ([len(rows)], [0, len(rows)])
    found = await matching.good("GET", "/candidates", "caseworker")
    assert len(found["candidates"]) == len(rows)
