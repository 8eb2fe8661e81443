"""Killers: one replica at a time dies at a named point; the next, when it is back at work."""

import asyncio
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.eventually import eventually
from tests.faults.stage import SERVICES, Stage

from jobbpakten.parts.services import Service

POINTS = ("relay.acked", "inbox.committed", "relay.deleted", "inbox.offset")
EARLIEST_S = 2.0


@dataclass
class Killers:
    """Kill at every point in turn, in each service, and take PostgreSQL and Kafka away too."""

    stage: Stage
    seed: int
    rounds: int = 1
    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    async def kill(self) -> None:
        await asyncio.gather(self.break_parts(), *(self.lane(service) for service in SERVICES))

    async def lane(self, service: str) -> None:
        chance = random.Random(f"{self.seed}/{service}")
        points = list(POINTS) * self.rounds
        chance.shuffle(points)
        for point in points:
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            begun = time.monotonic()
            victim = await self.kill_one(service, point)
            self.kills[point] += 1
            victim.start()
            await asyncio.to_thread(victim.until_ready)
            await asyncio.sleep(max(0, EARLIEST_S - (time.monotonic() - begun)))

    async def kill_one(self, service: str, point: str) -> Service:
        """Lay down an order; give the replica that took it."""
        order = self.stage.orders(service) / point
        order.write_text("SIGKILL")

        def dead() -> Service:
            gone = [one for one in self.stage.of(service) if one.process and one.process.poll()]
            assert gone, f"nobody passed {point} in {service}"
            (victim,) = gone
            return victim

        victim = await eventually(dead, timeout=60)
        assert isinstance(victim, Service)
        assert victim.process, "it ran"
        assert victim.process.returncode == -signal.SIGKILL, "it ended by itself"
        assert not order.exists()
        return victim

    async def break_parts(self) -> None:
        """Restart PostgreSQL in both ways and the broker the hard way."""
        world = self.stage.world
        for how in ("fast", "immediate"):
            await asyncio.sleep(4)
            await asyncio.to_thread(world.postgres.restart, how)
            self.faults[f"postgres {how}"] += 1
        await asyncio.sleep(4)
        await asyncio.to_thread(world.kafka.kill)
        await asyncio.sleep(1)
        await asyncio.to_thread(world.kafka.start)
        self.faults["kafka kill -9"] += 1
