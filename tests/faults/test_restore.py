"""Databases put back from old dumps, alone and together: nothing is lost in silence."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from tests.cli.commands import jobbpakten
from tests.faults.bank import GROUND, PROTECTED, Bank, judged
from tests.faults.conftest import World
from tests.faults.dumps import differing, dumped, put_back, restored, settings, state
from tests.faults.members import NUMBERS, name_staff, promise
from tests.faults.stage import ALL, Stage, quiet, set_the_day, staged
from tests.faults.writers import Callers
from tests.support.eventually import PATIENCE_S, eventually

WHY = ("--actor", "ops-1", "--reason", "yesterday's dump was put back")


@dataclass
class Town:
    """Four services with two members and some candidates; acts are done one by one."""

    stage: Stage
    bank: Bank

    async def hide(self, ref: str) -> None:
        await self.bank.put(anew(), ref, "protection", {"form": "protected_registration"})

    async def show(self, ref: str) -> None:
        await self.bank.put(anew(), ref, "protection", {"form": "none"})

    async def member(self, what: str, **body: str) -> None:
        path = f"/members/{self.bank.employers[-1].membership_id}/{what}"
        judged(await self.bank.membership.call(anew(), "decider", path, body))

    async def suspend(self) -> None:
        await self.member("suspension", ground=GROUND)

    async def reinstate(self) -> None:
        await self.member("reinstatement")

    async def quiet(self) -> None:
        await quiet(self.stage)

    async def put_back(self, service: str, file: Any) -> None:
        await asyncio.to_thread(put_back, self.stage, service, file)

    def start(self, *services: str) -> None:
        for service in services:
            for replica in self.stage.of(service):
                replica.start()
        for service in services:
            for replica in self.stage.of(service):
                replica.until_ready()

    async def restore(self, service: str) -> set[str]:
        """Restore a stopped service by the command; give the keys that it names."""
        done = await asyncio.to_thread(restored, self.stage, service)
        assert done.code in {0, 1}, done.err
        return {one["key"] for one in done.json["differences"] + done.json["missing"]}

    async def says(self, service: str, key: str) -> str:
        return (await state(self.stage))[service, key]

    async def parked(self, service: str) -> list[tuple[str, str]]:
        rows = await self.stage.rows(service, "SELECT key, reason FROM parked ORDER BY id")
        return [(row["key"], row["reason"]) for row in rows]


def anew() -> random.Random:
    """Give what makes a call that nobody made before."""
    return random.Random(uuid4().hex)


@asynccontextmanager
async def town(world: World) -> AsyncIterator[Town]:
    async with (
        staged(world, dict.fromkeys(ALL, 1)) as stage,
        httpx.AsyncClient(timeout=PATIENCE_S, limits=httpx.Limits(keepalive_expiry=1)) as http,
    ):
        today = await set_the_day(stage)
        url = stage.of("membership")[0].url
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) as calling:
            await name_staff(calling)
            made = [await promise(calling, one, ["internship"], units=9) for one in NUMBERS[:2]]
        matching, membership = (
            Callers(one, stage.of(one), http) for one in ("matching", "membership")
        )
        bank = Bank(matching, membership, made, today, 7)
        for count in range(PROTECTED, PROTECTED + 3):
            await bank.register(count)
        await eventually(lambda: bank.promises_are_heard(anew()))
        await quiet(stage)
        yield Town(stage, bank)


async def test_nothing_is_lost_in_silence_whoever_puts_back_what(world: World) -> None:
    async with town(world) as here:
        await nobody_told_of_it(here)
        await here.reinstate()
        await here.quiet()
        await each_alone(here)
        await all_together(here)


async def nobody_told_of_it(here: Town) -> None:
    """Put a database back and go on: it is found, and hides until it is settled."""
    member = here.bank.employers[-1].membership_id
    dump = dumped(here.stage, "membership")
    await here.suspend()
    await here.reinstate()
    await here.quiet()
    await here.put_back("membership", dump)
    here.start("membership")
    await here.suspend()

    async def found() -> None:
        for service in ("matching", "notifications", "followup"):
            assert await here.parked(service) == [(member, "another_epoch")]

    await eventually(found)
    ((place, _),) = here.bank.places[-1:]
    told = {"place_id": place, "candidate_ref": here.bank.candidates[0]}
    if dict(here.bank.places)[place].membership_id == member:
        answer = await here.bank.matching.call(
            anew(), "caseworker", "/matches", told, unit="jobbcenter_city"
        )
        assert answer.json()["code"] == "place_not_open"
    for replica in here.stage.of("membership"):
        await asyncio.to_thread(replica.stop)
    assert member in await here.restore("membership")
    here.start("membership")
    (epoch,) = [
        row["epoch"]
        for row in await here.stage.rows("matching", "SELECT epoch FROM parked LIMIT 1")
    ]

    async def told_anew() -> None:
        for service in ("matching", "notifications", "followup"):
            assert len(await here.parked(service)) == 2

    await eventually(told_anew)
    for service in ("matching", "notifications", "followup"):
        words = ("parked", "accept-epoch", epoch, "--service", service, *WHY)
        done = await asyncio.to_thread(jobbpakten, *words, env=settings(here.stage))
        assert done.code == 0, done.err
    await here.quiet()
    assert await here.says("matching", member) == "suspended true"


async def each_alone(here: Town) -> None:
    """Put back one after the other: each difference is named, and what protects takes effect."""
    first, second, _ = here.bank.candidates
    for service in sorted(ALL):
        dump = dumped(here.stage, service)
        await here.hide(first)
        await here.suspend()
        await here.quiet()
        before = await state(here.stage)
        await here.put_back(service, dump)
        named = await here.restore(service)
        here.start(service)
        await here.quiet()
        left = differing(before, await state(here.stage))
        assert {key for _, key in left} <= named, (service, left)
        if service in {"matching", "membership"}:
            await takes_effect(here, second)
            await here.show(second)
        await here.show(first)
        await here.reinstate()
        await here.quiet()


async def takes_effect(here: Town, ref: str) -> None:
    """Protect somebody and suspend a member right after a restore: everybody hears it."""
    member = here.bank.employers[-1].membership_id
    if (await here.says("membership", member)).startswith("suspended"):
        await here.reinstate()
    await here.hide(ref)
    await here.suspend()
    await here.quiet()
    assert await here.says("notifications", ref) == "visible false"
    assert await here.says("matching", member) == "suspended true"


async def all_together(here: Town) -> None:
    """Dump the four at different times, and put them all back."""
    third = here.bank.candidates[2]
    dumps = {}
    for number, service in enumerate(sorted(ALL)):
        dumps[service] = dumped(here.stage, service)
        await (here.hide(third) if number % 2 else here.show(third))
        await (here.reinstate() if number % 2 else here.suspend())
        await here.quiet()
    before = await state(here.stage)
    for service, file in dumps.items():
        await here.put_back(service, file)
    named = set[str]()
    for service in dumps:
        named |= await here.restore(service)
    here.start(*dumps)
    await here.quiet()
    left = differing(before, await state(here.stage))
    assert {key for _, key in left} <= named, left
