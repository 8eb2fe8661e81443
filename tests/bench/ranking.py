"""The engine against the query that a team would write: tags in an array, and a GIN index on it."""

import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import date, timedelta
from uuid import UUID

import asyncpg
from tests.bench.rounds import ROUNDS, Line, absolute, alternating, line
from tests.bench.stages import Stage

from matching.engine import Index
from matching.rules.fit import Hit, Need, Person, explained, order
from shared.edges.postgres import Door

CANDIDATES, PLACES, ASKED = 100_000, 5_000, 60
SEED = 7
TOP = 20
SHARES = {f"skill:{n}": max(0.01, 0.6 * 0.85**n) for n in range(26)}  # 60 % to 1 % can it
CODES = list(SHARES)
OFFERS = ["internship", "employment", "trial_job", "language_practice", "mentorship"]
ADAPTATIONS = ["step_free", "quiet", "sitting", "short_days", "interpreter", "written_instructions"]
MORNINGS, WEEK, ALL = 0b001001001001001, 0b011011011011011, 2**21 - 1  # Monday to Friday; all
DAY = date(2026, 1, 1)
TABLE = """CREATE TABLE candidates (ref uuid PRIMARY KEY, tags text[] NOT NULL,
    known text[] NOT NULL, needs text[], schedule integer, available_from date, tie integer)"""
GIN = "CREATE INDEX candidates_by_tag ON candidates USING gin (tags)"
QUERY = """SELECT ref, tags, known, {score} AS score FROM candidates
    WHERE tags @> $1 AND needs <@ $2 AND schedule & $3 = $3 AND available_from <= $4
    ORDER BY score DESC, tie LIMIT {top}"""
ENGINE, POSTGRES = "engine", "GIN query"


async def measured(
    stage: Stage, rounds: int = ROUNDS, size: tuple[int, int, int] = (CANDIDATES, PLACES, ASKED)
) -> list[Line]:
    """Compare places a second, each with its best 20 and their reasons; one connection, one thread.

    The query is asked for some of the places only, in each round for others; its answers are
    compared with the engine's.
    """
    candidates, places, asked = size
    chance = random.Random(SEED)
    bank = [person(chance, number) for number in range(candidates)]
    needs = [need(chance) for _ in range(places)]
    begun = time.perf_counter()
    index = Index(bank, SEED)
    built = time.perf_counter() - begun
    async with AsyncExitStack() as after:
        connection = await Door(stage.plumbing()).connect()
        after.push_async_callback(connection.close)
        await fill(connection, bank)

        async def engine() -> float:
            begun = time.perf_counter()
            found = dict(index.rank_all(needs, TOP))
            return len(found) / (time.perf_counter() - begun)

        async def postgres() -> float:
            some = random.sample(needs, asked)
            begun = time.perf_counter()
            found = [await queried(connection, one) for one in some]
            taken = time.perf_counter() - begun
            assert found == [index.rank(one, TOP) for one in some], "the query gives others"
            return asked / taken

        found = await alternating({ENGINE: engine, POSTGRES: postgres}, rounds)
    seconds = {"whole bank": [places / speed for speed in found[ENGINE]], "index": [built]}
    return [
        line(found, ENGINE, POSTGRES, "places/s", "≥ 10"),
        absolute(seconds, "whole bank", "s", "≤ 2"),
        absolute(seconds, "index", "s"),
    ]


def person(chance: random.Random, number: int) -> Person:
    return Person(
        UUID(int=chance.getrandbits(128), version=4),
        number,
        chance.choice([0, 0, 1, 1, 2, None]),
        {c: chance.random() < share / 0.9 for c, share in SHARES.items() if chance.random() < 0.9},
        frozenset(chance.sample(OFFERS, chance.randint(1, 3))),
        chance.choice([MORNINGS, WEEK, WEEK, ALL, None]),
        DAY + timedelta(chance.randint(0, 180)) if chance.random() < 0.95 else None,
        frozenset(a for a in ADAPTATIONS if chance.random() < 0.08)
        if chance.random() < 0.9
        else None,
    )


def need(chance: random.Random) -> Need:
    """Give a place that asks for three to five things, mostly common ones, and wants others."""
    return Need(
        UUID(int=chance.getrandbits(128), version=4),
        chance.choice(OFFERS),
        tuple(dict.fromkeys(chance.choices(CODES, [*SHARES.values()], k=chance.randint(3, 5)))),
        tuple(chance.sample(CODES, chance.randint(3, 6))),
        frozenset(a for a in ADAPTATIONS if chance.random() < 0.5),
        chance.choice([MORNINGS, WEEK]),
        DAY + timedelta(chance.randint(30, 300)),
    )


async def fill(connection: asyncpg.Connection, bank: Sequence[Person]) -> None:
    """Store the bank as a team would: what she can and wants as tags, with the index on them."""
    rows = []
    for tie, one in enumerate(sorted(bank, key=lambda one: order(one, SEED))):
        tags = [c for c, it in one.abilities.items() if it] + [f"offer:{o}" for o in one.offers]
        needs = None if one.needs is None else list(one.needs)
        facts = (one.schedule, one.available_from, tie)
        rows.append((one.ref, tags, list(one.abilities), needs, *facts))
    await connection.execute(TABLE)
    await connection.copy_records_to_table("candidates", records=rows)
    await connection.execute(GIN)
    await connection.execute("VACUUM ANALYZE candidates")


async def queried(connection: asyncpg.Connection, need: Need) -> list[Hit]:
    """Ask for the best; each wanted code counts, and the reasons are read out of the tags."""
    score = " + ".join(f"(${number} = ANY(tags))::int" for number in range(5, 5 + len(need.want)))
    must = [*need.must, f"offer:{need.offer}"]
    rows = await connection.fetch(
        QUERY.format(score=score, top=TOP),
        *(must, list(need.provides), need.schedule, need.starts_on, *need.want),
    )
    return [hit(row, need) for row in rows]


def hit(row: asyncpg.Record, need: Need) -> Hit:
    tags, known = set(row["tags"]), set(row["known"])
    marks = [code in tags for code in need.want], [code in known for code in need.want]
    return Hit(row["ref"], *explained(need, need.want, *marks))
