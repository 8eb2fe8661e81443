"""Whoever has left long ago is forgotten, with all that refers to her; nobody else is."""

from datetime import date

from sqlalchemy import text
from tests.matching.support.canaries import stored
from tests.matching.support.pairs import SECRETS, Bank

from shared.database import Database

LONG_AFTER = date(2028, 3, 2)  # 731 days


async def left_of(ours: Bank, ref: str) -> set[str]:
    """Name the tables, beside the plumbing, in which a reference stands in any column."""
    found = set[str]()
    async with ours.matching.database.transaction() as tx:
        connection = await tx.connection()
        columns = text("""SELECT table_name, column_name FROM information_schema.columns
                          WHERE table_schema = 'public' AND data_type = 'uuid'""")
        for table, column in (await connection.execute(columns)).all():
            here = text(f"SELECT count(*) FROM {table} WHERE {column} = '{ref}'")
            found |= {table} if await connection.scalar(here) else set()
    return found


async def ended(ours: Bank, place: str, ref: str) -> str:
    """Take a candidate through a placement to its end, and let her go."""
    placement = await ours.ready(place, ref)
    on = {"started_on": "2026-04-01"}
    await ours.matching.set_the_day(date(2026, 4, 1))
    await ours.good(f"/placements/{placement}/start", on)
    await ours.matching.set_the_day(date(2026, 7, 1))
    await ours.good(f"/placements/{placement}/completion", {"ended_on": "2026-07-01"})
    await ours.good(f"/candidates/{ref}/closing", {"ground": "moved"})
    return placement


async def test_of_a_case_that_ended_long_ago_nothing_is_left(ours: Bank) -> None:
    place = await ours.place()
    gone, stays = await ours.candidate(), await ours.candidate(name="Någon Annan")
    await ours.good("/runs")
    await ended(ours, place, gone)
    assert await left_of(ours, gone) > {"candidates", "identities", "facts", "matches", "consents"}

    await ours.matching.set_the_day(date(2028, 6, 30))
    await ours.matching.do_what_is_due()
    assert "candidates" in await left_of(ours, gone)
    await ours.matching.set_the_day(date(2028, 7, 2))
    await ours.matching.do_what_is_due()

    assert await left_of(ours, gone) == set()
    assert "candidates" in await left_of(ours, stays)
    said = await stored(ours.matching)
    assert [secret for secret in SECRETS if secret in said] == []
    (used,) = await ours.rows("SELECT state FROM slots")
    assert used.state == "used"  # what was promised was kept, by whomever


async def test_whoever_came_back_or_is_at_work_is_not_forgotten(ours: Bank) -> None:
    leaves, works = await ours.unseen(), await ours.candidate()
    placement = (await ours.accepted(await ours.place(), works))["placement_id"]
    for ref in (leaves, works):
        where = f"WHERE id = '{ref}'"
        await by_hand(ours.matching.database, f"UPDATE candidates SET state = 'closed' {where}")
    await by_hand(
        ours.matching.database, f"UPDATE candidates SET state = 'hidden' WHERE id = '{leaves}'"
    )
    await ours.matching.set_the_day(LONG_AFTER)
    await ours.matching.do_what_is_due()
    assert "candidates" in await left_of(ours, leaves)
    assert "placements" in await left_of(ours, works)
    assert placement


async def test_a_case_that_cannot_be_forgotten_keeps_no_other(ours: Bank) -> None:
    refs = [await ours.unseen() for _ in range(3)]
    for ref in refs:
        await ours.good(f"/candidates/{ref}/closing", {"ground": "moved"})
    await by_hand(
        ours.matching.database,
        "CREATE TABLE holding (ref uuid REFERENCES candidates (id))",
        f"INSERT INTO holding VALUES ('{refs[1]}')",
    )
    await ours.matching.set_the_day(date(2028, 3, 3))
    assert await ours.matching.do_what_is_due() == 2
    assert ours.matching.undone("candidates") == 1
    (left,) = await ours.rows("SELECT id FROM candidates")
    assert str(left.id) == refs[1]


async def by_hand(database: Database, *statements: str) -> None:
    async with database.transaction() as tx:
        for statement in statements:
            await (await tx.connection()).execute(text(statement))
