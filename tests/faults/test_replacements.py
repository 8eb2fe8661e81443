"""Replicas are replaced under load, and nobody who calls notices."""

import asyncio
from collections.abc import Callable

import httpx
from tests.faults.conftest import World
from tests.faults.members import NUMBERS, promise
from tests.faults.pods import Load, leading_to, replace
from tests.faults.stage import ALL, quiet, set_the_day, staged
from tests.support.eventually import PATIENCE_S

from jobbpakten_local.parts.kafka import free_ports

ROUNDS, ROUNDS_OF_CHAOS = 5, 25  # one replica of each service at a time


async def test_no_call_fails_while_replicas_are_replaced(
    world: World, minutes: float, record_property: Callable[[str, object], None]
) -> None:
    rounds = ROUNDS_OF_CHAOS if minutes else ROUNDS
    stopped = 0
    async with staged(world, dict.fromkeys(ALL, 2)) as stage:
        await set_the_day(stage)
        proxy = leading_to(stage, free_ports(1)[0])
        url = f"{proxy.url}/membership"
        async with proxy.serving():
            async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) as http:
                commitments = (await promise(http, NUMBERS[0])).commitments
            load, over = Load(proxy, commitments), asyncio.Event()
            calling = asyncio.create_task(load.call(over.is_set))
            for number in range(rounds):
                several = [stage.of(name)[number % 2] for name in ALL]
                await asyncio.gather(*(replace(proxy, one) for one in several))
                stopped += len(several)
            over.set()
            await calling
        await quiet(stage)

    assert stopped == rounds * 4
    assert load.failed == {}
    assert sum(load.answers.values()) > 1_000
    record_property("replaced", f"{stopped} replicas, 0 failed of {dict(load.answers)}")
