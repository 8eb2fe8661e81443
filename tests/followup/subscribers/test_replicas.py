"""Two replicas at once: streams that meet in a commitment lie on several partitions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from tests.followup.support.service import Followup, made
from tests.followup.support.stories import COMPLETED, Dated, World, records
from tests.support.eventually import in_the_end

from followup.rules.ledger import Figures
from shared.database import world_is_broken

PROMISES = [f"promise {n:03}" for n in range(60)]


@pytest.fixture
async def replicas(database: Callable[[str], str]) -> AsyncIterator[tuple[Followup, Followup]]:
    url = database("followup")
    both = (Followup(*made(url)), Followup(*made(url)))
    yield both
    for one in both:
        await one.database.engine.dispose()


def waits_in_no_circle(error: Exception) -> bool:
    """Fail where two waited for each other; who only waited long may try again."""
    assert "DeadlockDetected" not in repr(error), "a batch had to be tried again"
    return world_is_broken(error)


async def test_two_replicas_that_meet_in_the_same_rows_count_each_act_once(
    replicas: tuple[Followup, Followup], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    monkeypatch.setattr("shared.messaging.inbox.batches.world_is_broken", waits_in_no_circle)
    made: list[Dated] = [(world.made(name, 4), "2026-01-15") for name in PROMISES]
    activities = [
        [(world.held(f"{n} {name}", name), "2026-02-01") for name in PROMISES] for n in "123"
    ]

    # One goes through the promises from the first to the last, the other the other way round.
    forwards, backwards = (activities[0], made), (activities[1][::-1], activities[2][::-1])
    await asyncio.gather(take(replicas[0], forwards), take(replicas[1], backwards))

    rows = await replicas[0].rows(f"SELECT {', '.join(Figures.__slots__)} FROM commitments")
    assert {Figures(**row) for row in rows} == {Figures(promised=4, remaining=1, kept=3)}
    assert len(rows) == len(PROMISES)


async def take(one: Followup, parts: Sequence[list[Dated]]) -> None:
    for part in parts:
        await one.hears(*records(part))


async def test_the_clock_and_a_batch_do_not_stand_in_each_others_way(
    replicas: tuple[Followup, Followup], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    one, other = replicas
    monkeypatch.setattr("shared.messaging.inbox.batches.world_is_broken", waits_in_no_circle)
    await one.hears(*records((world.made(name, 2), "2026-01-15") for name in PROMISES))
    late = records((world.held(f"visit {name}", name), "2026-06-30") for name in reversed(PROMISES))

    await asyncio.gather(one.hears(*late), in_the_end(lambda: other.due("2026-07-01")))

    rows = await one.rows(f"SELECT {', '.join(Figures.__slots__)} FROM commitments")
    assert {Figures(**row) for row in rows} == {Figures(promised=2, kept=1, lapsed=1)}


async def test_two_replicas_hear_places_and_placements_of_the_same_promises(
    replicas: tuple[Followup, Followup], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    monkeypatch.setattr("shared.messaging.inbox.batches.world_is_broken", waits_in_no_circle)
    names = PROMISES[:30]
    made: list[Dated] = [(world.places(name, 3), "2026-01-15") for name in names]
    opened: list[Dated] = [
        (world.opened(f"place of {name}", name, 2), "2026-01-20") for name in names
    ]
    days = ("2026-02-01", "2026-02-20", "2026-03-01", "2026-03-31")
    courses = [world.course(f"one of {name}", name, *days, end=COMPLETED) for name in names]
    told = [one for course in courses[::-1] for one in course]

    await asyncio.gather(take(replicas[0], (made,)), take(replicas[1], (told, opened[::-1])))

    rows = await replicas[0].rows(f"SELECT {', '.join(Figures.__slots__)} FROM commitments")
    assert [Figures(**row) for row in rows] == [
        Figures(promised=3, remaining=1, open=1, kept=1) for _ in names
    ]
