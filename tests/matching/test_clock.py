"""What time brings: in small rounds, and what goes wrong with one stops none of the others."""

from datetime import date

import pytest
from sqlalchemy import text
from tests.matching.support import people
from tests.matching.support.pairs import bank
from tests.matching.support.service import Matching
from tests.support.eventually import eventually
from tests.support.holding import held

from matching.queries import candidate as queries
from matching.queries import match as matches
from matching.queries import place as places

AGED = date(2026, 6, 3)  # what registers say is good for 92 days


async def execute(matching: Matching, sql: str) -> None:
    async with matching.database.transaction() as tx:
        await (await tx.connection()).execute(text(sql))


async def test_nothing_is_due_in_an_empty_bank(matching: Matching) -> None:
    assert await matching.do_what_is_due() == 0


async def test_a_broken_candidate_or_place_stops_nobody_else(
    matching: Matching, capsys: pytest.CaptureFixture[str]
) -> None:
    at = await bank(matching)
    refs = [await at.candidate() for _ in range(3)]
    over = [await at.place(ends_before="2026-05-01") for _ in range(3)]
    late = [await at.released(place, await at.candidate(), until="2026-03-05") for place in over]
    broken = "UPDATE identities SET sealed = 'x', sensitive_key = 'x' WHERE candidate_ref ="
    await execute(matching, f"{broken} '{refs[1]}'")
    await execute(matching, f"UPDATE places SET state = 'lost' WHERE id = '{over[1]}'")
    await execute(matching, f"UPDATE slots SET state = 'used' WHERE place_id = '{over[1]}'")

    await matching.set_the_day(date(2026, 3, 6))
    assert await matching.do_what_is_due() == 2
    assert [await at.state(one) for one in late] == ["expired", "employer_asked", "expired"]
    await matching.set_the_day(AGED)
    await matching.do_what_is_due()
    found = {str(row.id) for row in await at.rows("SELECT id FROM candidates WHERE visible")}
    (held,) = await at.rows(f"SELECT candidate_ref FROM matches WHERE id = '{late[1]}'")
    assert found == {refs[1], str(held.candidate_ref)}
    states = "SELECT id, state FROM places"
    assert {str(row.id): row.state for row in await at.rows(states)} == dict(
        zip(over, ("closed", "lost", "closed"), strict=True)
    )
    said = capsys.readouterr().out
    assert "not_done" in said
    assert refs[1] in said
    assert late[1] in said
    assert over[1] in said


async def test_a_round_is_small_and_the_next_takes_the_rest(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "LOOKED_AT_ONCE", 2)
    monkeypatch.setattr(places, "ROUND", 2)
    for _ in range(3):
        await people.visible(matching)
    await matching.set_the_day(AGED)
    assert [await matching.do_what_is_due() for _ in range(3)] == [2, 1, 0]


async def test_those_that_fail_dont_stand_before_the_others_for_ever(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "ROUND", 2)
    monkeypatch.setattr(matches, "ROUND", 2)
    at = await bank(matching)
    over = [await at.place(ends_before="2026-05-01") for _ in range(3)]
    late = [await at.released(place, await at.candidate(), until="2026-03-05") for place in over]
    broken = ", ".join(f"'{place}'" for place in over[:2])
    await execute(matching, f"UPDATE places SET state = 'lost' WHERE id IN ({broken})")
    await execute(matching, f"UPDATE slots SET state = 'used' WHERE place_id IN ({broken})")

    async def is_done(sql: str) -> None:
        await matching.do_what_is_due()
        (row,) = await at.rows(sql)
        assert row.state in ("expired", "closed")

    await matching.set_the_day(date(2026, 3, 6))
    await eventually(lambda: is_done(f"SELECT state FROM matches WHERE id = '{late[2]}'"))
    await matching.set_the_day(AGED)
    await eventually(lambda: is_done(f"SELECT state FROM places WHERE id = '{over[2]}'"))


async def test_one_match_that_fails_keeps_no_other_at_its_place(matching: Matching) -> None:
    at = await bank(matching)
    place = await at.place(slots=3)
    late = [await at.released(place, await at.candidate(), until="2026-03-05") for _ in range(3)]
    await execute(matching, f"UPDATE slots SET state = 'used' WHERE match_id = '{late[1]}'")
    await matching.set_the_day(date(2026, 3, 6))
    assert await matching.do_what_is_due() == 2
    assert [await at.state(one) for one in late] == ["expired", "employer_asked", "expired"]


async def test_as_many_broken_ones_as_a_round_takes_keep_nobody_from_being_looked_at(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "LOOKED_AT_ONCE", 2)
    first, second, *others = sorted([await people.visible(matching) for _ in range(4)])
    broken = "UPDATE identities SET sealed = 'x', sensitive_key = 'x' WHERE candidate_ref"
    await execute(matching, f"{broken} IN ('{first}', '{second}')")
    await matching.set_the_day(AGED)
    done = [await matching.do_what_is_due() for _ in range(30)]  # drawn: 1 of 2**30 fails
    assert sum(done) == len(others)
    for ref in others:
        assert (await matching.told_about(ref))[-2:] == ["visibility.computed.v1", "tombstone"]


async def test_a_network_that_isnt_run_here_is_left_alone(matching: Matching) -> None:
    at = await bank(matching)
    place = await at.place(ends_before="2026-05-01")
    match = await at.released(place, await at.candidate(), until="2026-03-05")
    for table in ("candidates", "places", "matches"):
        await execute(matching, f"UPDATE {table} SET network = 'elsewhere'")
    await matching.set_the_day(AGED)
    assert await matching.do_what_is_due() == 0
    assert [row.state for row in await at.rows("SELECT state FROM matches")] == ["employer_asked"]
    assert match


async def test_a_row_that_somebody_holds_delays_itself_alone(matching: Matching) -> None:
    at, other = await bank(matching), await bank(matching)
    over = [await at.place(ends_before="2026-05-01") for _ in range(3)]
    late = [await at.released(place, await at.candidate(), until="2026-03-05") for place in over]
    (ref, busy), place = [await at.candidate() for _ in range(2)], await other.place()
    await other.released(place, busy)
    await matching.set_the_day(date(2026, 3, 6))
    async with held(matching.database, f"places WHERE id = '{over[1]}'"):
        assert await matching.do_what_is_due() == 2
    assert [await at.state(one) for one in late] == ["expired", "employer_asked", "expired"]
    assert await matching.do_what_is_due() == 1

    its = f"membership_id = '{at.promise.membership_id}'"
    await execute(matching, f"UPDATE members SET suspended_on = '2026-03-06' WHERE {its}")
    paused = "SELECT id FROM places WHERE paused_for ? 'member_suspended'"
    async with held(matching.database, f"places WHERE id = '{over[1]}'"):
        await matching.do_what_is_due()
        assert {str(row.id) for row in await at.rows(paused)} == {over[0], over[2]}
    await matching.do_what_is_due()
    assert len(await at.rows(paused)) == 3

    await matching.set_the_day(AGED)
    rows = (f"candidates WHERE id = '{ref}'", f"places WHERE id IN ('{place}', '{over[1]}')")
    visible = "SELECT id FROM candidates WHERE visible"
    open_ = "SELECT id FROM places WHERE state <> 'closed'"
    async with held(matching.database, *rows):
        await matching.do_what_is_due()
        assert {str(row.id) for row in await at.rows(visible)} == {ref, busy}
        assert {str(row.id) for row in await at.rows(open_)} == {place, over[1]}
    await matching.do_what_is_due()
    assert await at.rows(visible) == await at.rows(open_) == []
