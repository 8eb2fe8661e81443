"""Parts that are away: work goes on where it can, waits where it must, and heals by itself."""

import asyncio
import itertools
from contextlib import AsyncExitStack, suppress

import httpx
import psutil
import pytest
from tests.faults.checks import check_figures, check_streams, check_topics, everything_told
from tests.faults.conftest import World
from tests.faults.members import NUMBERS, promise
from tests.faults.stage import ALL, TWO, Stage, log_of, quiet, staged
from tests.faults.writers import Callers, Writers
from tests.support.callers import client
from tests.support.eventually import PATIENCE_S, eventually
from tests.support.services import new_app_of

from jobbpakten_local.parts.services import Service
from shared import undone
from shared.messaging import liveness

AWAY_S = 20
SEEDS = itertools.count()  # a seed repeats its acts, and what is repeated is only answered again
LEADER = """SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
            WHERE locktype = 'advisory' AND objid = 7071071 AND granted
              AND datname = current_database()"""


async def promises(stage: Stage, organisations: int) -> list[str]:
    url = stage.of("membership")[0].url
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) as http:
        made = [await promise(http, number) for number in NUMBERS[:organisations]]
    return [one for member in made for one in member.commitments]


async def test_while_kafka_is_away_calls_are_answered_and_afterwards_all_is_told(
    world: World, minutes: float
) -> None:
    async with (
        staged(world, dict.fromkeys(TWO, 1)) as stage,
        httpx.AsyncClient(timeout=PATIENCE_S) as http,
    ):
        commitments = await promises(stage, 3)
        born = [one.process.pid for one in stage.replicas if one.process]
        loop = asyncio.get_running_loop()
        until = loop.time() + (120 if minutes else AWAY_S)
        await asyncio.to_thread(world.kafka.embedded.stop)
        try:
            calling = Callers("membership", stage.of("membership"), http)
            writers = Writers(calling, commitments, 1, lambda n: n > 100 and loop.time() > until)
            writing = asyncio.create_task(writers.write())
            newcomer = stage.start("membership")
            await eventually(lambda: answers(newcomer.probes, "/health/ready"))
            await eventually(lambda: answers(newcomer.probes, "/health/startup"))
            await writing
            for replica in stage.replicas:
                await answers(replica.probes, "/health/live")
        finally:
            await asyncio.to_thread(world.kafka.embedded.start)

        assert set(calling.answers) <= {"201", "409"}
        # Who waits for a busy row longer than a call may is told to come again, also without Kafka.
        assert set(calling.outages) <= {"503"}, "a call wasn't answered"
        # Two minutes' acts are some thousand activities of three promises, folded one by one.
        await quiet(stage, limit_s=300 if minutes else 90)
        assert [one.process.pid for one in stage.replicas[:2] if one.process] == born
        assert all(one.process and one.process.poll() is None for one in stage.replicas)
        await check_streams(stage, await everything_told(stage))
        await check_figures(stage)
        await check_topics(stage)


async def answers(url: str, path: str) -> None:
    """Assert that a probe says yes."""
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) as http:
        status = 0
        with suppress(httpx.TransportError):
            status = (await http.get(path)).status_code
        assert status == httpx.codes.OK


async def test_services_started_before_postgresql_wait_and_say_so(world: World) -> None:
    async with staged(world, {"membership": 0}) as stage:
        await asyncio.to_thread(world.postgres.stop)
        try:
            service = stage.start("membership")
            await eventually(lambda: answers(service.probes, "/health/live"))
            with pytest.raises(AssertionError):
                await answers(service.probes, "/health/ready")
            with pytest.raises(AssertionError):
                await answers(service.probes, "/health/startup")

            def says_so() -> None:
                assert "waiting_for_database" in [line["event"] for line in log_of(service)]

            await eventually(says_so)
        finally:
            await asyncio.to_thread(world.postgres.start)
        await eventually(lambda: answers(service.probes, "/health/ready"))
        await asyncio.to_thread(service.until_ready)


async def test_while_postgresql_is_away_no_service_asks_to_be_restarted(
    world: World, minutes: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [f"/health/{one}" for one in ("live", "startup", "ready")]
    async with staged(world, dict.fromkeys(ALL, 0)) as stage, AsyncExitStack() as running:
        about = {"clock": "system", "kafka_topic_prefix": stage.prefix}
        apps = [
            new_app_of(one, stage.databases[one], **about, **world.kafka.access.fields_for(one))
            for one in ALL
        ]
        for app in apps:
            await running.enter_async_context(app.router.lifespan_context(app))

        async def all_answer(*expected: int) -> None:
            for app in apps:
                async with client(app) as http:
                    found = [(await http.get(path)).status_code for path in paths]
                assert tuple(found) == expected

        await eventually(lambda: all_answer(200, 200, 200))
        monkeypatch.setattr(undone, "PATIENCE_SECONDS", -1)  # any fault of our own shows at once
        monkeypatch.setattr(liveness, "STUCK_SECONDS", -1)
        until = asyncio.get_running_loop().time() + (600 if minutes else AWAY_S)
        await asyncio.to_thread(world.postgres.stop)
        try:
            await eventually(lambda: all_answer(200, 200, 503))
            while asyncio.get_running_loop().time() < until:
                await all_answer(200, 200, 503)
                await asyncio.sleep(0.5)
            for app in apps:
                assert [one for one in app.state.database.undone.rounds.values() if one]
        finally:
            await asyncio.to_thread(world.postgres.start)
        await eventually(lambda: all_answer(200, 200, 200))


async def test_a_paused_leader_that_wakes_adds_nothing_behind_its_successor(world: World) -> None:
    async with staged(world) as stage:
        commitments = await promises(stage, 1)
        await quiet(stage)
        leader = await eventually(lambda: leading(stage))
        assert leader.process, "it runs"
        # The leader serves no calls: paused in the middle of one it would hold the row's lock.
        others = [one for one in stage.of("membership") if one is not leader]
        (stage.orders("membership") / "relay.read").write_text("SIGSTOP")
        await act(others, commitments, 5)
        await eventually(lambda: has_stopped(leader))
        (lock,) = await stage.rows("membership", LEADER)
        await stage.rows("membership", "SELECT pg_terminate_backend($1)", lock["pid"])
        for _ in range(5):
            await act(others, commitments, 20)
            await eventually(lambda: nothing_waits(stage))
        leader.process.resume()
        await eventually(lambda: gave_up(leader))
        await act(others, commitments, 20)
        await quiet(stage)
        count, repeats = await check_streams(stage, await everything_told(stage))
        assert count > 100
        assert repeats == 0, "the woken leader added what its successor had told"


async def leading(stage: Stage) -> Service:
    for one in stage.of("membership"):
        with httpx.Client(base_url=one.probes, timeout=PATIENCE_S) as http:
            if one.figure(http, "relay_leads") == 1:
                return one
    raise AssertionError("nobody leads")


def has_stopped(replica: Service) -> None:
    assert replica.process
    assert replica.process.status() == psutil.STATUS_STOPPED


def gave_up(replica: Service) -> None:
    assert "relay_interrupted" in [line["event"] for line in log_of(replica)]


async def nothing_waits(stage: Stage) -> None:
    assert await stage.rows("membership", "SELECT 1 FROM outbox LIMIT 1") == []


async def act(on: list[Service], commitments: list[str], acts: int) -> None:
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        calling = Callers("membership", on, http)
        await Writers(calling, commitments, next(SEEDS), lambda done: done >= acts).write()
