"""No order of events exists in which somebody protected, hidden or non-consenting is shown.

The first test walks the whole graph of what can happen to one candidate and one employer, whatever
the length: from each state that is reached every act is tried, and wherever two orders lead to the
same state it goes on from one. The second walks long histories at random, with more matches.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.matching.model.acts import ACTS
from tests.matching.model.histories import carry_out, check, stands
from tests.matching.model.state import Scene, World
from tests.matching.support.pairs import bank
from tests.matching.support.service import Matching

from shared.database import Tx
from shared.messaging.causation import Cause, because

REACHED = {  # at the least, in each walk: else the walk has lost its way
    *("proposed", "candidate_asked", "candidate_yes", "candidate_no", "employer_asked"),
    *("employer_yes", "employer_declined", "employer_no", "accepted", "withdrawn"),
}
# Tried more often than the others, or a random history would seldom get far.
ONWARDS = ("propose", "ask", "agree", "witness", "release", "yes", "accept", "show", "reinstate")


@pytest.fixture
async def where(matching: Matching) -> Scene:
    ours = await bank(matching)
    place, ref = await ours.place(slots=1), await ours.candidate()
    return Scene(ours, UUID(place), UUID(ref), most=1)


@asynccontextmanager
async def undone(matching: Matching) -> AsyncIterator[Tx]:
    """Give a transaction of which nothing stays."""
    with because(Cause("histories", network="jobbpakten")):
        async with matching.database.sessions() as tx:
            await tx.begin()
            yield tx
            await tx.rollback()


class Walk:
    """Goes to every state that can be reached, and tries every act there."""

    def __init__(self, tx: Tx, where: Scene) -> None:
        self.tx, self.where = tx, where
        self.seen: set[object] = set()
        self.states: set[str] = set()
        self.tried = 0

    async def on(self, world: World, path: list[str]) -> None:
        for act in ACTS:
            self.tried += 1
            step = await self.tx.begin_nested()
            after = await carry_out(self.tx, self.where, world, act)
            if after is not None:
                await self.arrive(after, [*path, act])
            await step.rollback()
            self.tx.expire_all()

    async def arrive(self, world: World, path: list[str]) -> None:
        await check(self.tx, self.where, world, path)
        standing = await stands(self.tx, world)
        if standing in self.seen:
            return
        self.seen.add(standing)
        self.states |= {row[0] for row in standing[1]}
        await self.on(world, path)


async def test_in_no_order_is_anybody_shown_who_must_not_be(where: Scene) -> None:
    async with undone(where.bank.matching) as tx:
        walk = Walk(tx, where)
        await walk.on(World(), [])
    assert walk.states >= REACHED, REACHED - walk.states
    assert len(walk.seen) > 50, (len(walk.seen), walk.tried)


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(st.sampled_from([*ACTS, *ONWARDS * 4]), min_size=20, max_size=80))
async def test_long_histories_show_nobody_who_must_not_be(where: Scene, acts: list[str]) -> None:
    several = where._replace(most=5)
    async with undone(where.bank.matching) as tx:
        world = World()
        path: list[str] = []
        for act in acts:
            after = await carry_out(tx, several, world, act)
            if after is not None:
                world, path = after, [*path, act]
                await check(tx, several, world, path)
