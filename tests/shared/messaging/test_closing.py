"""Whoever stops while Kafka is away, or says nothing, leaves nothing open behind."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from tests.shared.support.notes import Local
from tests.shared.support.outbox_harness import Teller, ended
from tests.support.callers import settings
from tests.support.eventually import PATIENCE_S, eventually

from jobbpakten_local.parts.kafka import Kafka
from shared.database import connect
from shared.messaging.inbox import Hears
from shared.messaging.inbox.batches import Inbox
from shared.messaging.listener import Listener
from shared.messaging.relay import Relay

NOWHERE = "127.0.0.1:1"
LOSES_ITS_LOCK = text("""SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""")


@contextmanager
def nothing_left_open() -> Iterator[None]:
    """Fail for whatever aiokafka or asyncio complain of: what isn't closed, ended or looked at."""
    loop, said = asyncio.get_running_loop(), list[str]()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: said.append(context["message"]))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the same, said in another way
            yield
            gc.collect()
    finally:
        loop.set_exception_handler(before)
    assert said == []


@asynccontextmanager
async def silent() -> AsyncIterator[tuple[str, list[asyncio.StreamWriter]]]:
    """Give a server that takes every call and answers none, and those who called."""
    calls: list[asyncio.StreamWriter] = []

    async def take(_: asyncio.StreamReader, line: asyncio.StreamWriter) -> None:
        calls.append(line)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", calls
    finally:
        for line in calls:
            line.close()
        server.close()


def listener(url: str, servers: str) -> tuple[Listener, Callable[[], Coroutine[Any, Any, None]]]:
    about = settings(Local, url, kafka_servers=servers)
    database = connect(about)
    return Listener(about, Inbox(about, database, Hears()), {"followup.v1"}), (
        database.engine.dispose
    )


def relay(url: str, servers: str) -> tuple[Relay, Callable[[], Coroutine[Any, Any, None]]]:
    about = settings(Local, url, kafka_servers=servers)
    database = connect(about)
    return Relay(about, database), database.engine.dispose


def counted(part: Any, name: str) -> list[object]:
    """Remember each time that a part makes what it reaches Kafka with."""
    make, times = getattr(part, name), list[object]()

    def again(*given: Any) -> Any:
        times.append(given)
        return make(*given)

    setattr(part, name, again)
    return times


PARTS = pytest.mark.parametrize(
    ("made", "makes"), [(listener, "new_broker"), (relay, "new_producer")]
)


@PARTS
async def test_what_never_reached_kafka_is_closed(
    made: Any, makes: str, database: Callable[[str], str]
) -> None:
    with nothing_left_open(), structlog.testing.capture_logs() as logs:
        part, dispose = made(database("shared"), NOWHERE)
        tries = counted(part, makes)
        task = asyncio.create_task(part.run())

        def has_tried_twice() -> None:
            assert len(tries) > 2

        await eventually(has_tried_twice)
        await ended(task)
        del part, task
        await dispose()
        reasons = [one["reason"] for one in logs if one["event"] == "waiting_for_kafka"]
        cure = "start it, or correct MEMBERSHIP_KAFKA_SERVERS"
        assert reasons == [f"Kafka at {NOWHERE} isn't there (connection refused): {cure}."]


@PARTS
async def test_whoever_is_stopped_while_kafka_says_nothing_hangs_up(
    made: Any, makes: str, database: Callable[[str], str]
) -> None:
    async with silent() as (servers, calls):
        with nothing_left_open(), structlog.testing.capture_logs() as logs:
            part, dispose = made(database("shared"), servers)
            tries = counted(part, makes)
            task = asyncio.create_task(part.run())

            def has_called() -> None:
                assert calls
                assert tries

            await eventually(has_called)
            async with asyncio.timeout(PATIENCE_S):
                await ended(task)
            assert "waiting_for_kafka" not in [one["event"] for one in logs]
            del part, task
            await dispose()


@pytest.mark.parametrize("loses_its_lock", [False, True])
async def test_a_relay_that_is_stopped_with_unsent_events_leaves_nothing_open(
    teller: Teller, kafka: Kafka, *, loses_its_lock: bool
) -> None:
    with nothing_left_open(), structlog.testing.capture_logs():
        relay = Relay(teller.settings, teller.database)
        relaying = asyncio.create_task(relay.run())
        await teller.tells(1)
        await eventually(teller.is_empty)
        kafka.embedded.kill()
        try:
            await teller.tells(1, 3)
            await eventually(is_sending)
            if loses_its_lock:
                async with teller.database.transaction() as tx:
                    await (await tx.connection()).execute(LOSES_ITS_LOCK)
            async with asyncio.timeout(PATIENCE_S):
                await ended(relaying)
            del relaying, relay
            assert not [task for task in asyncio.all_tasks() if "aiokafka" in str(task)]
        finally:
            await asyncio.to_thread(kafka.embedded.start)


def is_sending() -> None:
    """Find the relay's round: it waits for Kafka."""
    assert [task for task in asyncio.all_tasks() if "Relay.send()" in str(task)]
