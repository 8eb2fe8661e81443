"""Writers that race on shared commitments over HTTP, and never give up on an act."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
from tests.faults.members import HOURS
from tests.faults.stage import NETWORK
from tests.support.callers import bearer

from jobbpakten_local.parts.services import Service

WRITERS = 12
# Between two acts of one writer: what takes both cores for acts has none left for coming back.
THINKS_S = 0.8
GROUNDS = ("grown", "shrunk", "more_wanted", "need_changed")
LAST_ANSWER = 499


@cache
def token(service: str, role: str, claims: str) -> dict[str, str]:
    return bearer(service, role, seconds=HOURS, networks=[NETWORK], **json.loads(claims))


@dataclass
class Callers:
    """Call any replica of one service, again with the same key until somebody answers."""

    service: str
    replicas: Sequence[Service]
    http: httpx.AsyncClient
    answers: Counter[str] = field(default_factory=Counter)
    outages: Counter[str] = field(default_factory=Counter)

    async def call(
        self,
        chance: random.Random,
        role: str,
        path: str,
        body: Any = None,
        method: str = "POST",
        **claims: str,
    ) -> httpx.Response:
        headers = token(self.service, role, json.dumps(claims))
        headers = headers | {"Idempotency-Key": f"{chance.getrandbits(64):x}"}
        while True:
            url = f"{chance.choice(self.replicas).url}/networks/{NETWORK}{path}"
            try:
                answer = await self.http.request(method, url, json=body or {}, headers=headers)
                status = answer.status_code
            except httpx.TransportError:
                status = 0
            if 0 < status <= LAST_ANSWER:
                self.answers[str(status)] += 1
                return answer
            self.outages[str(status)] += 1
            await asyncio.sleep(0.1)


@dataclass
class Writers:
    """Hold activities and change promises until told to stop."""

    calling: Callers
    commitments: Sequence[str]
    seed: int
    enough: Callable[[int], bool]

    async def write(self) -> None:
        await asyncio.gather(*(self.writer(number) for number in range(WRITERS)))

    async def writer(self, number: int) -> None:
        chance = random.Random(f"{self.seed}/{number}")
        while not self.enough(self.calling.answers["201"]):
            await self.act(chance)
            await asyncio.sleep(THINKS_S)

    async def act(self, chance: random.Random) -> None:
        path = f"/commitments/{chance.choice(self.commitments)}"
        body: dict[str, object] = {}
        if chance.random() < 0.5:
            path += "/activities"
        else:
            path += "/renegotiations"
            body = {"promised": chance.randint(300, 600), "ground": chance.choice(GROUNDS)}
        await self.calling.call(chance, "coordinator", path, body)
