"""Nothing lost, nothing twice, in order, no slot double-booked: whatever is killed, whenever.

One seed alone: `pytest tests/faults -k "nothing_is_lost and 7"`; for an hour: `make chaos`; all
through pgbouncer in transaction mode, as seed 19 always is: `POOLER=pgbouncer pytest tests/faults`.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import httpx
from tests.faults.bank import Bank
from tests.faults.bank_checks import check_bank
from tests.faults.canaries import check_canaries
from tests.faults.chaos import OF_MAILS, POINTS, Killers, points_of
from tests.faults.checks import (
    check_effects,
    check_figures,
    check_streams,
    check_topics,
    everything_told,
)
from tests.faults.conftest import POOLED, SEEDS, World
from tests.faults.mail_checks import check_abandoned, check_mails, until_mails_are_out
from tests.faults.members import NUMBERS, Member, name_staff, promise
from tests.faults.stage import ALL, Stage, quiet, set_the_day, staged
from tests.faults.writers import Callers, Writers
from tests.support.callers import bearer
from tests.support.eventually import PATIENCE_S

ACTS, LEAST = 800, 3_000  # acts of members, and events of all
EMPLOYERS = 2
KILLS: Counter[str] = Counter()  # of all seeds together


async def members(stage: Stage) -> list[Member]:
    """Make members: the last two offer places, the others what is kept by activities."""
    url = stage.of("membership")[0].url
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) as http:
        await name_staff(http)
        held = [await promise(http, one) for one in NUMBERS[:-EMPLOYERS]]
        filled = [
            await promise(http, one, ["internship"], units=900) for one in NUMBERS[-EMPLOYERS:]
        ]
    return held + filled


async def ring(stage: Stage, seed: int, enough: Callable[[], bool]) -> None:
    """Have mails go out again and again, as a clock does that is set by hand."""
    chance, headers = random.Random(seed), bearer("notifications", "system")
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        while not enough():
            url = chance.choice(stage.of("notifications")).probes
            with suppress(httpx.TransportError):  # it is dead: the next time another is asked
                await http.post(f"{url}/clock/due", headers=headers)
            await asyncio.sleep(0.5)


async def run(world: World, seed: int) -> str:
    """Let writers race while killers kill; check; say in a line what happened."""
    begun = time.monotonic()
    pooled = seed == POOLED
    async with (
        staged(world, ALL, pooled=pooled) as stage,
        httpx.AsyncClient(timeout=PATIENCE_S) as http,
    ):
        today = await set_the_day(stage)
        made = await members(stage)
        killers = Killers(stage, seed)
        killing = asyncio.create_task(killers.kill())
        acting = Callers("membership", stage.of("membership"), http)
        matching = Callers("matching", stage.of("matching"), http)
        suspending = Callers("membership", stage.of("membership"), http)
        promises = [one for member in made[:-EMPLOYERS] for one in member.commitments]
        bank = Bank(matching, suspending, made[-EMPLOYERS:], today, seed)

        def over(acts: int = 0) -> bool:
            return killing.done() and max(acts, acting.answers["201"]) >= ACTS

        writers = Writers(acting, promises, seed, over)
        ringing = ring(stage, seed, killing.done)
        await asyncio.gather(writers.write(), bank.race(over), ringing)
        await killing
        raced = time.monotonic()
        await until_mails_are_out(stage)
        await quiet(stage)
        calmed = time.monotonic()
        assert all(one.process and one.process.poll() is None for one in stage.replicas)
        assert set(acting.answers) <= {"201", "409"}
        heard = await everything_told(stage)
        count, repeats = await check_streams(stage, heard)
        assert count > LEAST
        await check_effects(stage, heard)
        await check_figures(stage)
        await check_topics(stage)
        booked = await check_bank(stage, bank)
        mails = await check_mails(stage, bank)
        await check_abandoned(stage, killers.abandoned)
        check_canaries(stage, heard)
    assert killers.kills == Counter(point for one in ALL for point in points_of(one, seed))
    KILLS.update(killers.kills)
    return (
        f"seed {seed}{' through pgbouncer' * stage.pooled}: "
        f"{acting.answers['201']} acts, {booked}, {mails}, "
        f"{count} events, {repeats} sent twice, "
        f"kills until now {dict(KILLS)}, {dict(killers.faults)}, "
        f"Kafka away {killers.kafka_away_s:.0f} s, "
        f"answers {dict(acting.answers)} {dict(matching.answers)}, {dict(bank.became)}, "
        f"outages met {dict(acting.outages + matching.outages + suspending.outages)}, "
        f"{raced - begun:.0f} + {calmed - raced:.0f} + {time.monotonic() - calmed:.0f} s"
    )


def test_three_seeds_kill_every_service_at_every_point() -> None:
    kills = Counter((one, point) for seed in SEEDS for one in ALL for point in points_of(one, seed))
    assert {point for _, point in kills} == {*POINTS, *OF_MAILS}
    assert {(one, point) for one in ALL for point in POINTS} <= kills.keys()
    at = Counter(point for _, point in kills.elements())
    assert min(at.values()) > 5


async def test_nothing_is_lost_nothing_comes_twice_and_order_holds(
    world: World, seed: int, record_property: Callable[[str, object], None]
) -> None:
    record_property("faults", await run(world, seed))
