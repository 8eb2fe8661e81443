"""Whoever is told to stop has stopped within what a cluster waits, also while all parts hang.

A pod gets 35 s, ten of them for proxies to look away. Of the others calls take 5, the batch that is
being heard 12, and the relay 6; the last two are the machine's.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

import httpx
import psutil
import pytest
from tests.faults.conftest import World
from tests.faults.members import NUMBERS, promise
from tests.faults.stage import NETWORK, Stage, quiet, staged
from tests.support.callers import bearer
from tests.support.eventually import PATIENCE_S, eventually

from jobbpakten_local.parts.processes import Embedded
from jobbpakten_local.parts.services import Service
from shared import service
from shared.http import connections
from shared.messaging import listener

GIVEN_S = 25
WIDE_S = 60  # on a busy machine; a goodbye without an end takes longer
SERVICES = {"membership": 1, "followup": 1}
ASKED = {"membership": "staff", "followup": "report/notices"}


@contextmanager
def hanging(part: Embedded) -> Iterator[None]:
    """Have a part hold its lines open and say nothing."""
    first = part.current[0]
    hung = [first, *first.children(recursive=True)]
    for one in hung:
        one.suspend()
    try:
        yield
    finally:
        for one in hung:
            if one.is_running():
                one.resume()


async def told(stage: Stage, number: int) -> None:
    """Have membership tell some events."""
    url = stage.of("membership")[0].url
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) as http:
        await promise(http, NUMBERS[number])


async def stopped(one: Service, http: httpx.AsyncClient) -> float:
    """Stop a replica in the midst of calls; give how many seconds that took."""
    assert one.process
    url = f"{one.url}/networks/{NETWORK}/{ASKED[one.name]}"
    headers = bearer(one.name, "coordinator", networks=[NETWORK])
    calls = [asyncio.create_task(http.get(url, headers=headers)) for _ in range(3)]
    await eventually(partial(are_connected, one.process, len(calls)))
    begun = time.monotonic()
    one.process.send_signal(signal.SIGTERM)
    try:
        await asyncio.to_thread(one.process.wait, WIDE_S)
    except psutil.TimeoutExpired:
        pytest.fail(f"{one.name} hangs: {one.log.read_text()[-2000:]}")
    finally:
        await asyncio.gather(*calls, return_exceptions=True)
    return time.monotonic() - begun


def are_connected(process: psutil.Popen, calls: int) -> None:
    port = {one.laddr.port for one in process.net_connections("tcp") if one.status == "LISTEN"}
    callers = [
        one for one in process.net_connections("tcp") if one.raddr and one.laddr.port in port
    ]
    assert len(callers) >= calls


@pytest.mark.parametrize("away", ["kafka", "postgres", "kafka postgres"])
async def test_a_service_stops_in_time_while_its_parts_hang(
    world: World, away: str, record_property: Callable[[str, object], None]
) -> None:
    nothing = nullcontext()
    async with staged(world, SERVICES) as stage, httpx.AsyncClient(timeout=PATIENCE_S) as http:
        await told(stage, 0)
        await quiet(stage)
        with hanging(world.kafka.embedded) if "kafka" in away else nothing:
            await told(stage, 1)  # a round is on its way, or a batch
            with hanging(world.postgres.embedded) if "postgres" in away else nothing:
                took = await asyncio.gather(*(stopped(one, http) for one in stage.replicas))
    record_property(f"stopped without {away}", [f"{seconds:.1f} s" for seconds in took])


def test_what_each_part_is_given_comes_to_less_than_what_a_pod_is() -> None:
    batch = listener.STOP_SECONDS + 2 + 1  # and one to hang up
    assert connections.GRACE_SECONDS + batch + service.STOP_SECONDS < GIVEN_S
