"""When a network's rules change, all candidates are looked at again: at once, and how many wait."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import event, text
from tests.matching.support.crowds import crowd, host
from tests.matching.support.pairs import PROFILE, Bank
from tests.matching.support.service import Matching
from tests.support.eventually import eventually

from matching.clock import due, waiting
from matching.queries import candidate as queries
from shared.messaging import gauges
from shared.messaging.gauges import Observer
from shared.time import schedule
from shared.time.schedule import do_part

CHANGED = "UPDATE candidates SET rules = 'of yesterday', look_again_on = NULL"
LOOK_AGAIN = due[0]


async def execute(matching: Matching, sql: str) -> None:
    async with matching.database.transaction() as tx:
        await (await tx.connection()).execute(text(sql))


async def late(matching: Matching) -> int:
    async with matching.database.transaction() as tx:
        return await queries.count_late(tx, date(2026, 3, 2))


def waits(kind: str) -> float | None:
    return REGISTRY.get_sample_value("things_waiting", {"service": "matching", "kind": kind})


@contextmanager
def statements(matching: Matching) -> Iterator[list[str]]:
    """Note what is asked of the database meanwhile."""
    found: list[str] = []
    engine = matching.database.engine.sync_engine

    def note(_: object, __: object, statement: str, *___: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


async def test_all_are_looked_at_again_without_waiting_a_minute_for_each_hundred(
    matching: Matching,
) -> None:
    await crowd(matching, 350)
    await execute(matching, CHANGED)

    async def all_are_done() -> None:
        assert await late(matching) == 0

    running = asyncio.create_task(schedule.run(matching.database, due))
    await eventually(all_are_done)
    running.cancel()
    assert await matching.told() == []  # who stays visible is nobody's news


async def test_a_hundred_are_looked_at_again_with_as_few_questions_as_ten(
    matching: Matching,
) -> None:
    asked = []
    for more in (10, 90):
        await crowd(matching, more)
        await execute(matching, CHANGED)
        with statements(matching) as found:
            await do_part(matching.database, LOOK_AGAIN)
        asked.append(len(found))
        assert await late(matching) == 0
    assert asked[0] == asked[1] < 25


async def test_those_who_cannot_be_looked_at_together_are_looked_at_each_by_herself(
    matching: Matching,
) -> None:
    refs = await crowd(matching, 5)
    await execute(matching, CHANGED)
    broken = "UPDATE identities SET sealed = 'x', sensitive_key = 'x' WHERE candidate_ref ="
    await execute(matching, f"{broken} '{refs[2]}'")

    assert await do_part(matching.database, LOOK_AGAIN) == 4
    assert matching.undone("candidates") == 1
    assert await late(matching) == 1


async def test_how_many_wait_is_a_figure_of_each_kind(ours: Bank) -> None:
    await host(ours, 4, each=2)
    await execute(ours.matching, CHANGED)
    its = f"membership_id = '{ours.promise.membership_id}'"
    await execute(ours.matching, f"UPDATE members SET suspended_on = '2026-03-06' WHERE {its}")
    await execute(ours.matching, "UPDATE matches SET deadline = '2026-03-01'")
    look = Observer("matching", ours.matching.database, waiting).look

    await look()
    assert (waits("candidates"), waits("matches"), waits("places")) == (4, 4, 2)
    for _ in range(3):
        await ours.matching.do_what_is_due()
    await look()
    assert (waits("candidates"), waits("matches"), waits("places")) == (0, 0, 0)


async def test_what_waits_is_counted_by_indexes_and_not_beyond_what_helps(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "MOST_COUNTED", 7)
    await crowd(matching, 20)
    await execute(matching, CHANGED)
    assert await late(matching) == 7
    with statements(matching) as found:
        async with matching.database.transaction() as tx:
            await waiting(tx, date(2026, 3, 2))
    counts = [one for one in found if "count(*)" in one]
    assert len(counts) == 5
    assert all("LIMIT" in one for one in counts)


async def test_whom_rules_have_passed_by_is_found_by_an_index(matching: Matching) -> None:
    await crowd(matching, 300)
    async with matching.database.transaction() as tx:
        connection = await tx.connection()
        await connection.execute(text("ANALYZE candidates"))
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        one = queries.is_late("jobbpakten", PROFILE.rules_key, date(2026, 3, 2))
        said = one.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        plan = await connection.execute(text(f"EXPLAIN SELECT id FROM candidates WHERE {said}"))
        found = "\n".join(line for (line,) in plan)
    assert "candidates_by_rules" in found
    assert "candidates_to_look_at" in found
