"""The open report asked for by many at once, against reading its rows and nothing more."""

import asyncio
import time
from contextlib import AsyncExitStack

import asyncpg
import httpx
from tests.bench.rounds import ROUNDS, Line, absolute, alternating, line
from tests.bench.stages import Stage
from tests.support.callers import client

from followup.folds import Rooms
from followup.main import create_app
from followup.settings import Settings
from shared.edges.postgres import Door

MEMBERS, CALLERS = 2_000, 20
PATH = "/networks/jobbpakten/report"
# Each member has two promises, one of places and one of visits, and four visits were held.
FILL = """
    INSERT INTO members (id, network, sector, size, applied_on, in_force_on)
    SELECT uuidv7(), 'jobbpakten', (ARRAY['business', 'civil_society', 'public'])[1 + n % 3],
           'small', current_date - 400, current_date - 300 - n % 90
    FROM generate_series(1, $1) AS n;
"""
PROMISES = """
    INSERT INTO commitments (id, network, membership_id, offer, kept_by, starts_on, ends_before,
                             promised, remaining, open, kept, lapsed, released, extra)
    SELECT uuidv7(), network, id, offer, kept_by, current_date - 400, current_date + 400,
           6, 6, 0, 0, 0, 0, 0
    FROM members, (VALUES ('internship', 'placement'), ('study_visit', 'activity'))
         AS of (offer, kept_by)"""
TERMS = """
    INSERT INTO terms (commitment_id, version, occurred_on, act, target)
    SELECT id, 1, current_date - 300, 'made', 6 FROM commitments"""
ACTS = """
    INSERT INTO acts (id, commitment_id, held_on, offer)
    SELECT uuidv7(), id, current_date - 60 * n, 'study_visit'
    FROM commitments, generate_series(1, 4) AS n WHERE kept_by = 'activity'"""
ROWS = (
    "SELECT * FROM members",
    "SELECT id, membership_id, offer, kept_by, starts_on, ends_before FROM commitments",
    "SELECT * FROM terms",
    "SELECT * FROM acts",
)
OURS, FLOOR = "20 callers at once", "the rows, read once"


async def measured(stage: Stage, rounds: int = ROUNDS, members: int = MEMBERS) -> list[Line]:
    """Compare the time until all callers are answered with that of reading the rows once."""
    url = stage.followup()
    async with AsyncExitStack() as after:
        connection = await Door(url).connect()
        after.push_async_callback(connection.close)
        await fill(connection, members)
        app = create_app(stage.settings(Settings, url, ""))
        after.push_async_callback(app.state.database.engine.dispose)
        calling = await after.enter_async_context(client(app))

        async def ours() -> float:
            app.state.folds = Rooms()  # nobody has asked for a minute
            return await asked(calling, CALLERS)

        async def kept() -> float:
            return await asked(calling, CALLERS)

        async def floor() -> float:
            begun = time.perf_counter()
            for rows in ROWS:
                await connection.fetch(rows)
            return 1_000 * (time.perf_counter() - begun)

        found = await alternating({OURS: ours, "within the minute": kept, FLOOR: floor}, rounds)
    return [
        line(found, OURS, FLOOR, "ms"),
        absolute(found, OURS, "ms", "≤ 2000"),
        absolute(found, "within the minute", "ms", "≤ 200"),
    ]


async def fill(connection: asyncpg.Connection, members: int) -> None:
    await connection.execute(FILL.replace("$1", str(members)))
    for statement in (PROMISES, TERMS, ACTS):
        await connection.execute(statement)
    await connection.execute("VACUUM ANALYZE")


async def asked(calling: httpx.AsyncClient, callers: int) -> float:
    """Ask as so many strangers at once; give the milliseconds until the last has her answer."""
    begun = time.perf_counter()
    answers = await asyncio.gather(*(calling.get(PATH) for _ in range(callers)))
    assert {answer.status_code for answer in answers} == {200}
    return 1_000 * (time.perf_counter() - begun)
