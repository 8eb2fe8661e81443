"""A row that somebody broke, or that no key opens, is left out, said, and hides no other."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from tests.matching.support.pairs import PERSON, SECRETS, TRUE, Bank, number

# What is broken in a row of each table that is listed.
ODD = {
    "candidates": ("abilities", "[5]"),
    "places": ("state", "lost"),
    "matches": ("state", "lost"),
    "placements": ("signed", "[5]"),
}


@pytest.fixture(autouse=True)
def _forgotten(ours: Bank) -> Iterator[None]:
    """Leave nothing undone to the next test: the app is the same."""
    yield
    for things in ours.matching.database.undone.things.values():
        things.clear()


async def done_by_hand(ours: Bank, sql: str) -> None:
    async with ours.matching.database.transaction() as tx:
        await (await tx.connection()).execute(text(sql))


async def listed(ours: Bank, what: str, role: str = "caseworker") -> set[str]:
    claims: dict[str, Any] = {} if role == "caseworker" else ours.employer
    found = (await ours.matching.good("GET", f"/{what}", role, **claims))[what]
    key = {"candidates": "candidate_ref", "matches": "match_id"}.get(what, f"{what[:-1]}_id")
    return {str(one[key]) for one in found}


async def test_lists_show_all_but_the_rows_that_cannot_be_read(ours: Bank) -> None:
    place = await ours.place(slots=2)
    for _ in range(2):
        await ours.accepted(place, await ours.candidate())
        await ours.place()
    for what, (column, odd) in ODD.items():
        before = await listed(ours, what)
        (row,) = await ours.rows(
            f"SELECT id, {column}::text AS was FROM {what} ORDER BY id LIMIT 1"
        )
        change = f"UPDATE {what} SET {column} = '%s' WHERE id = '{row.id}'"
        await done_by_hand(ours, change % odd)

        assert await listed(ours, what) == before - {str(row.id)}
        if what in {"matches", "placements"}:
            assert str(row.id) not in await listed(ours, what, "contact_person")
        assert f"1 unreadable {what}" in ours.matching.database.undone.said()
        assert (await ours.matching.http.get("/health/ready")).status_code == 200
        await done_by_hand(ours, change % row.was)
        assert await listed(ours, what) == before
    assert ours.matching.database.undone.said() == ""


async def test_a_run_ranks_all_but_whom_nobody_can_read(ours: Bank) -> None:
    for _ in range(2):
        await ours.place()
    refs = [await ours.candidate() for _ in range(4)]
    sealed = "UPDATE identities SET needs = 'x' WHERE candidate_ref"
    await done_by_hand(ours, f"{sealed} = '{refs[0]}'")
    await done_by_hand(ours, f"UPDATE candidates SET abilities = '[5]' WHERE id = '{refs[1]}'")
    spoilt = "UPDATE places SET must = 'null' WHERE id = (SELECT max(id::text)::uuid FROM places)"
    await done_by_hand(ours, spoilt)

    run = await ours.good("/runs")
    found = await ours.matching.good("GET", f"/runs/{run['run_id']}", "caseworker")
    assert {one["candidate_ref"] for one in found["ranked"]} == {refs[2], refs[3]}
    said = ours.matching.database.undone.said()
    assert all(f"1 unreadable {what}" in said for what in ("candidates", "needs", "places"))


async def test_whoever_left_and_cannot_be_read_comes_again_only_by_a_person(ours: Bank) -> None:
    ref = await ours.candidate()
    await ours.good(f"/candidates/{ref}/closing", {"ground": "moved"})
    await done_by_hand(ours, "UPDATE identities SET sealed = 'x'")

    again = PERSON | {"identity_number": number(ours.candidates)}
    assert await ours.refused("/candidates", again) == (409, "cannot_register")
    assert "1 unreadable persons" in ours.matching.database.undone.said()


SEALED = (
    "UPDATE identities SET sealed = 'x'",
    "UPDATE identities SET sensitive_key = 'x'",
    "UPDATE facts SET sealed = 'x'",
)


@pytest.mark.parametrize("broken", SEALED)
async def test_her_own_file_says_that_it_cannot_be_opened_and_nothing_of_her(
    ours: Bank, broken: str
) -> None:
    ref, other = await ours.candidate(), await ours.candidate()
    await done_by_hand(ours, f"{broken} WHERE candidate_ref = '{ref}'")
    path = f"/candidates/{ref}"
    for method, act, body in (
        ("GET", "", None),
        ("PUT", "/facts", {"facts": TRUE}),
        ("PUT", "/contact", {"language": "sv", "wants_email": False}),
        ("POST", "/parking", {"until": "2026-03-20", "ground": "illness"}),
        ("POST", "/closing", {"ground": "moved"}),
    ):
        answer = await ours.matching.call(method, f"{path}{act}", "caseworker", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "unreadable"), act
        assert not [one for one in (*SECRETS, ref) if one in answer.text]
    assert await listed(ours, "candidates") == {ref, other}
    await ours.good(f"/candidates/{other}/closing", {"ground": "moved"})


@pytest.mark.parametrize("act", ["consent-withdrawal", "refusal"])
async def test_whoever_cannot_be_opened_takes_her_consent_back_as_anybody_does(
    ours: Bank, act: str
) -> None:
    match = await ours.wanted(await ours.place(), await ours.candidate())
    await done_by_hand(ours, "UPDATE facts SET sealed = 'x'")
    await done_by_hand(ours, "UPDATE candidates SET rules = 'those before'")  # looked at anew

    assert (await ours.good(f"/matches/{match}/{act}"))["state"] == "withdrawn"
    assert await ours.rows("SELECT 1 FROM consents WHERE withdrawn_on IS NULL") == []
