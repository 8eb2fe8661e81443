"""The list of candidates says why somebody hidden is hidden, as her own file does."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from tests.matching.support import people
from tests.matching.support.service import OTHER_UNIT, UNIT, Matching
from tests.support.refusals import looks

from matching.rules.fact import NEEDS_ASKED


@pytest.fixture(autouse=True)
def _forgotten(matching: Matching) -> Iterator[None]:
    """Leave nothing undone to the next test: the app is the same."""
    yield
    for things in matching.database.undone.things.values():
        things.clear()


async def listed(matching: Matching, **claims: Any) -> dict[str, Any]:
    """Give what the list says of each: what hides her."""
    found = await matching.good("GET", "/candidates", "caseworker", **claims)
    return {one["candidate_ref"]: one["hidden_for"] for one in found["candidates"]}


async def some(matching: Matching) -> dict[str, str]:
    """Register one of each kind: seen, unknown, known otherwise, protected, at rest, gone."""
    kinds = ("seen", "otherwise", "protected", "resting", "gone")
    refs = {kind: await people.visible(matching) for kind in kinds}
    refs["unknown"] = await people.registered(matching)
    for kind, method, path, body in (
        (
            "otherwise",
            "PUT",
            "facts",
            {"facts": people.all_true(may_work="false")},
        ),
        ("protected", "PUT", "protection", {"form": "protected_registration"}),
        ("resting", "POST", "parking", {"until": "2026-04-01", "ground": "illness"}),
        ("gone", "POST", "closing", {"ground": "moved"}),
    ):
        await matching.good(method, f"/candidates/{refs[kind]}/{path}", "caseworker", body)
    return refs


async def test_each_row_says_what_her_own_file_says(matching: Matching) -> None:
    refs = await some(matching)
    found = await listed(matching)
    files = {ref: (await people.file(matching, ref))["hidden_for"] for ref in refs.values()}
    assert found == files
    assert found[refs["seen"]] == []
    assert found[refs["otherwise"]] == ["may_work"]
    assert "protected" in found[refs["protected"]]
    assert found[refs["resting"]] == ["parked"]
    assert found[refs["gone"]] == ["closed"]
    assert NEEDS_ASKED in found[refs["unknown"]]


async def test_what_time_has_passed_by_hides_in_the_list_before_any_clock(
    matching: Matching,
) -> None:
    ref = await people.visible(matching)
    await matching.set_the_day(date(2026, 6, 3))  # what the register said is good for 92 days
    found = await listed(matching)
    assert "no_mark_in_register" in found[ref]
    assert found[ref] == (await people.file(matching, ref))["hidden_for"]


async def test_other_rules_hide_until_she_is_looked_at_anew(matching: Matching) -> None:
    ref = await people.visible(matching)
    async with matching.database.transaction() as tx:
        await (await tx.connection()).execute(text("UPDATE candidates SET rules = 'those before'"))
    assert await listed(matching) == {ref: ["not_looked_at"]}
    assert (await people.file(matching, ref))["hidden_for"] == ["not_looked_at"]


async def test_a_long_list_asks_no_more_often_than_a_short_one(matching: Matching) -> None:
    asked = []
    for _ in range(4):
        await people.registered(matching)
        with looks(matching, "SELECT") as found:
            assert None not in (await listed(matching)).values()
        asked.append(len(found))
    assert len({*asked}) == 1


async def test_whom_no_key_opens_is_listed_without_reasons_and_hides_no_others(
    matching: Matching,
) -> None:
    broken, other = [await people.registered(matching) for _ in range(2)]
    sealed = f"UPDATE facts SET sealed = 'x' WHERE candidate_ref = '{broken}'"
    async with matching.database.transaction() as tx:
        await (await tx.connection()).execute(text(sealed))
    found = await listed(matching)
    assert (found[broken], bool(found[other])) == (None, True)
    assert "1 unreadable facts" in matching.database.undone.said()


async def test_nobody_but_her_unit_reads_why(matching: Matching) -> None:
    await some(matching)
    assert await listed(matching, unit=OTHER_UNIT) == {}
    for role in ("decider", "coordinator", "system"):
        assert (await matching.call("GET", "/candidates", role, unit=UNIT)).status_code == 404
