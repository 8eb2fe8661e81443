"""Nothing lost, nothing twice, in order: whatever is killed, whenever.

One seed alone: `pytest tests/faults -k "nothing_is_lost and 7"`; for an hour: `make chaos`.
"""

import asyncio
import time
from collections import Counter

import httpx
import pytest
from tests.faults.checks import check_effects, check_figures, check_streams, check_topics
from tests.faults.conftest import World
from tests.faults.killers import POINTS, Killers
from tests.faults.stage import NUMBERS, SERVICES, promise, quiet, staged
from tests.faults.writers import Writers

EVENTS = 3_000
KILLS: Counter[str] = Counter()  # of all seeds together: three seeds kill 6 times at each point


async def run(world: World, seed: int) -> str:
    """Let writers race while killers kill; check; say in a line what happened."""
    begun = time.monotonic()
    async with staged(world) as stage:
        async with httpx.AsyncClient(base_url=stage.of("membership")[0].url, timeout=20) as http:
            made = [await promise(http, number) for number in NUMBERS]
        commitments = [one for pair in made for one in pair]
        killers = Killers(stage, seed)
        killing = asyncio.create_task(killers.kill())
        writers = Writers(
            stage.of("membership"),
            commitments,
            seed,
            enough=lambda acts: acts >= EVENTS and killing.done(),
        )
        await writers.write()
        await killing
        await quiet(stage)
        assert all(one.process and one.process.poll() is None for one in stage.replicas)
        count, repeats = await check_streams(stage)
        await check_effects(stage)
        await check_figures(stage)
        await check_topics(stage)
    assert killers.kills == dict.fromkeys(POINTS, len(SERVICES))
    KILLS.update(killers.kills)
    return (
        f"seed {seed}: {writers.answers['201']} acts, {count} events, {repeats} sent twice, "
        f"kills until now {dict(KILLS)}, {dict(killers.faults)}, "
        f"answers {dict(writers.answers)}, outages met {dict(writers.outages)}, "
        f"{time.monotonic() - begun:.0f} s"
    )


async def test_nothing_is_lost_nothing_comes_twice_and_order_holds(
    world: World, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    line = await run(world, seed)
    with capsys.disabled():
        print(f"\n{line}")  # noqa: T201 - whoever runs it wants the figures
