"""Replicas that are stopped and replaced as pods are, and callers who see what they must not."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from tests.faults.stage import NETWORK, Stage
from tests.faults.writers import token
from tests.support.eventually import PATIENCE_S, eventually

from jobbpakten_local.parts.proxy import Proxy
from jobbpakten_local.parts.services import Service

SENDS_ON_S = 5  # what leads to a pod hears so late that it is to stop
PAUSE_S = 6  # which is why it waits so long before SIGTERM comes
CALLERS = 4  # of each service
THINKS_S = 0.05
READS = {"membership": "/members", "matching": "/places", "followup": "/report"}
READS |= {"notifications": "/notices"}


@dataclass
class Load:
    """Callers of all services through a proxy; each has one connection and tries nothing twice."""

    proxy: Proxy
    commitments: Sequence[str]
    answers: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    async def call(self, enough: Callable[[], bool]) -> None:
        await asyncio.gather(
            *(self.caller(name, n, enough) for name in READS for n in range(CALLERS))
        )

    async def caller(self, service: str, number: int, enough: Callable[[], bool]) -> None:
        """Read, and in membership also write; an answer to a first try is all that counts."""
        url = f"{self.proxy.url}/{service}/networks/{NETWORK}"
        path = f"/commitments/{self.commitments[number // 2 % len(self.commitments)]}/activities"
        headers = token(service, "coordinator", json.dumps({}))
        async with httpx.AsyncClient(timeout=PATIENCE_S, headers=headers) as http:
            while not enough():
                writes = service == "membership" and number % 2
                try:
                    answer = await http.request(
                        "POST" if writes else "GET",
                        f"{url}{path if writes else READS[service]}",
                        json={} if writes else None,
                        headers={"Idempotency-Key": uuid4().hex},
                    )
                    self.note(service, said(answer), ok=answer.is_success)
                except httpx.TransportError as error:
                    self.note(service, type(error).__name__, ok=False)
                await asyncio.sleep(THINKS_S)

    def note(self, service: str, what: str, *, ok: bool) -> None:
        (self.answers if ok else self.failed)[f"{service} {what}"] += 1


def said(answer: httpx.Response) -> str:
    """Give an answer's status, and the code of what is amiss; or the words of who isn't ours."""
    if answer.is_success:
        return str(answer.status_code)
    is_ours = answer.headers["content-type"] == "application/problem+json"
    return f"{answer.status_code} {answer.json()['code'] if is_ours else answer.text}"


async def replace(proxy: Proxy, one: Service, pause_s: float = PAUSE_S) -> None:
    """Stop a replica as a pod is stopped, and start another in its place."""
    process = one.process
    assert process
    leaving = asyncio.create_task(proxy.leave(one.name, one.port, SENDS_ON_S))
    await asyncio.sleep(pause_s)
    await asyncio.to_thread(one.stop)
    assert process.returncode == -signal.SIGTERM, "it didn't end in time"
    await leaving
    one.start()
    await ready(one)
    proxy.lead(one.name, one.port)


async def ready(one: Service) -> None:
    """Wait as whatever leads to pods does: until it says itself that it is ready."""

    async def says_so() -> None:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
            status = 0
            with suppress(httpx.TransportError):
                status = (await http.get(f"{one.probes}/health/ready")).status_code
            assert status == httpx.codes.OK

    await eventually(says_so)


def leading_to(stage: Stage, port: int) -> Proxy:
    """Give a proxy that leads to all replicas of a stage."""
    proxy = Proxy(port)
    for one in stage.replicas:
        proxy.lead(one.name, one.port)
    return proxy
