"""Writers that race on shared commitments over HTTP, and never give up on an act."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx
from tests.faults.stage import NETWORK, STAFF

from jobbpakten.parts.services import Service

WRITERS = 12
GROUNDS = ("grown", "shrunk", "more_wanted", "need_changed")


@dataclass
class Writers:
    """Hold activities and change promises until told to stop; count what was answered."""

    replicas: Sequence[Service]
    commitments: Sequence[str]
    seed: int
    enough: Callable[[int], bool]
    answers: Counter[str] = field(default_factory=Counter)
    outages: Counter[str] = field(default_factory=Counter)

    async def write(self) -> None:
        async with httpx.AsyncClient(timeout=10, headers=STAFF["coordinator"]) as http:
            await asyncio.gather(*(self.writer(http, number) for number in range(WRITERS)))

    async def writer(self, http: httpx.AsyncClient, number: int) -> None:
        chance = random.Random(f"{self.seed}/{number}")
        while not self.enough(self.answers["201"]):
            await self.act(http, chance)

    async def act(self, http: httpx.AsyncClient, chance: random.Random) -> None:
        """Do one act; ask again, with the same key, until somebody answers."""
        path = f"/networks/{NETWORK}/commitments/{chance.choice(self.commitments)}"
        body: dict[str, object] = {}
        if chance.random() < 0.5:
            path += "/activities"
        else:
            path += "/renegotiations"
            body = {"promised": chance.randint(300, 600), "ground": chance.choice(GROUNDS)}
        key = {"Idempotency-Key": f"{chance.getrandbits(64):x}"}
        status = 0
        while status not in {201, 409}:
            url = chance.choice(self.replicas).url + path
            try:
                status = (await http.post(url, json=body, headers=key)).status_code
            except httpx.TransportError:
                status = 0
            if status not in {201, 409}:
                self.outages[str(status)] += 1
                await asyncio.sleep(0.1)
        self.answers[str(status)] += 1
