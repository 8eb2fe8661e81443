"""Killers: one replica at a time dies at a named point; the next, when it is back at work."""

import asyncio
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.faults.stage import ALL, Stage
from tests.support.eventually import eventually

from jobbpakten.reconciliation import BROKEN
from jobbpakten_local.parts.services import Service

POINTS = ("relay.read", "relay.acked", "relay.deleted", "inbox.committed", "inbox.offset")
OF_MAILS = {"delivery.claimed": "claimed", "delivery.handed_over": "handed_over"}
EARLIEST_S = 2.0
# A replica joins when Kafka is back, which has its own minute for that.
BACK_S = 150
ON_THEIR_WAY = "SELECT id, claim FROM deliveries WHERE state = $1"


def points_of(service: str, seed: int) -> list[str]:
    """Give where a service is killed: some of the points with each seed, all with three."""
    mails = [*OF_MAILS] * 2 if service == "notifications" else []
    first = seed + 2 * [*ALL].index(service)
    several = range(first, first + (2 if mails else 3))
    return mails + [POINTS[one % len(POINTS)] for one in several]


@dataclass
class Killers:
    """Kill each service at the points that are its with this seed, and take the parts away too."""

    stage: Stage
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    kafka_away_s: float = 0
    abandoned: dict[str, set[str]] = field(default_factory=dict)  # mails, by the point

    async def kill(self) -> None:
        lanes = (self.lane(service) for service in self.stage.services)
        await asyncio.gather(self.break_parts(), self.break_mail(), *lanes)

    async def lane(self, service: str) -> None:
        chance = random.Random(f"{self.seed}/{service}")
        points = points_of(service, self.seed)
        chance.shuffle(points)
        for point in points:
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            begun = time.monotonic()
            victim = await self.kill_one(service, point)
            self.kills[point] += 1
            await self.note_mails(point)
            victim.start()
            await asyncio.to_thread(victim.until_ready, BACK_S)
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

        victim = await eventually(dead, timeout=BACK_S)
        assert isinstance(victim, Service)
        assert victim.process, "it ran"
        assert victim.process.returncode == -signal.SIGKILL, "it ended by itself"
        assert not order.exists()
        return victim

    async def note_mails(self, point: str) -> None:
        """Note which mails nobody goes on with, now that their sender is dead.

        Of one that another has sent, and can't record while PostgreSQL is away, its log says so.
        """
        if state := OF_MAILS.get(point):
            before = await self.on_their_way(state)
            await asyncio.sleep(6)  # less than a claim lasts, longer than an honest try
            left = {one for one, _ in before & await self.on_their_way(state)}
            logs = "".join(one.log.read_text() for one in self.stage.of("notifications"))
            left = {one for one in left if one not in logs}
            self.abandoned[point] = self.abandoned.get(point, set()) | left

    async def on_their_way(self, state: str) -> set[tuple[str, str]]:
        async def rows() -> list[Any]:
            try:
                return await self.stage.rows("notifications", ON_THEIR_WAY, state)
            except BROKEN as error:
                raise AssertionError("PostgreSQL is away") from error

        return {(str(row["id"]), str(row["claim"])) for row in await eventually(rows)}

    async def break_parts(self) -> None:
        """Restart PostgreSQL in both ways and the broker the hard way."""
        world = self.stage.world
        for how in ("fast", "immediate"):
            await asyncio.sleep(4)
            await asyncio.to_thread(world.postgres.restart, how)
            self.faults[f"postgres {how}"] += 1
        await asyncio.sleep(4)
        begun = time.monotonic()
        await asyncio.to_thread(world.kafka.embedded.kill)
        await asyncio.sleep(1)
        await asyncio.to_thread(world.kafka.embedded.start)
        self.kafka_away_s = time.monotonic() - begun
        self.faults["kafka kill -9"] += 1

    async def break_mail(self) -> None:
        """Kill the mail server in the midst of conversations, twice."""
        for _ in range(2):
            await asyncio.sleep(7)
            await asyncio.to_thread(self.stage.post.embedded.kill)
            await asyncio.sleep(1)
            await asyncio.to_thread(self.stage.post.embedded.start)
            self.faults["mail server kill -9"] += 1
