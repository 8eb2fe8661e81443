"""The inbox: each event once, in its order; what can't be handled waits and blocks only its own."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.callers import settings
from tests.eventually import eventually
from tests.shared.records import made, record, with_body

from shared.database import Database, Tx, connect, world_is_broken
from shared.events import Envelope
from shared.events.membership import CommitmentMade
from shared.inbox import Hears, parking
from shared.inbox.batches import Inbox
from shared.inbox.records import Heard
from shared.machines import NotAllowed
from shared.settings import ServiceSettings


class Listening(ServiceSettings, service="followup"):
    """A service that hears membership's topic."""


class Ear:
    """A listener whose handler writes what it hears, and fails where a test wants it to."""

    def __init__(self, url: str, **more: Any) -> None:
        about = settings(Listening, url, handler_limit_seconds=0.3, **more)
        self.database: Database = connect(about)
        self.fails_on: dict[int, Callable[[], Any]] = {}
        self.batches: list[int] = []
        self.inbox = Inbox(about, self.database, Hears(self.on_commitment_made, all=self.record))

    async def record(self, _: Tx, heard: Sequence[Heard]) -> None:
        self.batches.append(len(heard))

    async def on_commitment_made(self, tx: Tx, event: CommitmentMade, about: Envelope) -> None:
        connection = await tx.connection()
        await connection.execute(
            text("INSERT INTO heard VALUES (:key, :version)"),
            {"key": event.key, "version": about.aggregateversion},
        )
        if failure := self.fails_on.get(about.aggregateversion):
            await asyncio.sleep(0)
            await failure() if asyncio.iscoroutinefunction(failure) else failure()

    async def prepare(self) -> None:
        async with self.database.transaction() as tx:
            await (await tx.connection()).execute(
                text("CREATE TABLE heard (key text, version bigint)")
            )

    async def effects(self, number: int = 1) -> list[int]:
        found = await self.rows("SELECT version FROM heard WHERE key = :key", key=made(number).key)
        return [version for (version,) in found]

    async def parked(self) -> list[tuple[int | None, str]]:
        return [(row.version, row.reason) for row in await self.parked_rows()]

    async def parked_rows(self) -> Any:
        async with self.database.transaction() as tx:
            return await parking.parked_rows(tx)

    async def rows(self, sql: str, *, read_only: bool = False, **values: Any) -> Any:
        async with self.database.transaction() as tx:
            if read_only:
                await (await tx.connection()).execute(text("SET TRANSACTION READ ONLY"))
            return (await (await tx.connection()).execute(text(sql), values)).all()

    async def hears(self, *versions: int, number: int = 1) -> None:
        event = made(number)
        await self.inbox.settle([record(event, version, offset=version) for version in versions])


@pytest.fixture
async def ear(database: Callable[[str], str]) -> AsyncIterator[Ear]:
    listening = Ear(database("shared"))
    await listening.prepare()
    yield listening
    await listening.database.engine.dispose()


def bug() -> None:
    raise ValueError("a bug")


async def never() -> None:
    await asyncio.Event().wait()


async def test_events_are_handled_in_order_and_once(ear: Ear) -> None:
    await ear.hears(1, 2, 3)
    await ear.hears(2, 3, 4, 4)

    assert await ear.effects() == [1, 2, 3, 4]
    assert ear.batches == [3, 1]


async def test_a_gap_makes_its_stream_wait_and_no_other(ear: Ear) -> None:
    await ear.hears(1, 3, 4)
    await ear.hears(1, number=2)

    assert await ear.effects() == [1]
    assert await ear.effects(2) == [1]
    assert await ear.parked() == [(3, "gap"), (4, "behind")]


async def test_a_gap_that_is_filled_lets_those_behind_in_by_number(ear: Ear) -> None:
    await ear.hears(1, 4, 3)
    await ear.hears(5)
    await ear.hears(2)
    await ear.inbox.drain()

    assert await ear.effects() == [1, 2, 3, 4, 5]
    assert await ear.parked() == []


async def test_a_stream_that_begins_late_on_a_topic_kept_for_ever_is_a_gap(ear: Ear) -> None:
    await ear.hears(2)

    assert await ear.parked() == [(2, "gap")]


@pytest.mark.parametrize(
    ("failure", "reason"), [(bug, "handler_failed"), (never, "handler_too_slow")]
)
async def test_a_record_that_fails_twice_alone_is_parked_and_those_before_it_stand(
    ear: Ear, failure: Callable[[], Any], reason: str
) -> None:
    ear.fails_on[3] = failure
    others = [record(made(2), version, offset=100 + version) for version in (1, 2)]
    mine = [record(made(1), version, offset=version) for version in (1, 2, 3, 4)]
    await ear.inbox.settle([mine[0], others[0], *mine[1:], others[1]])

    assert await ear.effects(1) == [1, 2]
    assert await ear.effects(2) == [1, 2]
    assert await ear.parked() == [(3, reason), (4, "behind")]


async def test_retry_handles_the_record_and_those_behind_it(ear: Ear) -> None:
    ear.fails_on[2] = bug
    await ear.hears(1, 2, 3, 4)
    ear.fails_on.clear()
    row = (await ear.parked_rows())[0]
    async with ear.database.transaction() as tx:
        await parking.retry(tx, row.id)
    await ear.inbox.drain()

    assert await ear.effects() == [1, 2, 3, 4]
    assert await ear.parked() == []


async def test_retry_in_vain_parks_again_under_the_same_id(ear: Ear) -> None:
    ear.fails_on[2] = bug
    await ear.hears(1, 2, 3)
    row = (await ear.parked_rows())[0]
    async with ear.database.transaction() as tx:
        await parking.retry(tx, row.id)
    await ear.inbox.drain()
    await ear.inbox.drain()

    assert (await ear.parked_rows())[0].id == row.id
    assert await ear.parked() == [(2, "handler_failed"), (3, "behind")]


async def test_skip_passes_over_the_record_and_is_recorded_with_actor_and_ground(ear: Ear) -> None:
    ear.fails_on[2] = bug
    await ear.hears(1, 2, 3)
    row = (await ear.parked_rows())[0]
    async with ear.database.transaction() as tx:
        await parking.skip(tx, row.id, "ops-1", "sent by mistake")
    await ear.inbox.drain()
    await ear.hears(2)

    assert await ear.effects() == [1, 3]
    assert await ear.parked() == []
    assert await ear.rows("SELECT act, version, actor, ground FROM settlements") == [
        ("skip", 2, "ops-1", "sent by mistake")
    ]


async def test_skip_refuses_what_isnt_first(ear: Ear) -> None:
    ear.fails_on[2] = bug
    await ear.hears(1, 2, 3)
    last = (await ear.parked_rows())[-1]
    with pytest.raises(NotAllowed, match="Number 2 of this stream waits first"):
        async with ear.database.transaction() as tx:
            await parking.skip(tx, last.id, "ops-1", "in vain")


async def test_accept_gap_goes_on_with_the_first_parked(ear: Ear) -> None:
    await ear.hears(1, 5, 6)
    async with ear.database.transaction() as tx:
        assert await parking.accept_gap(tx, "membership.v1", made().key, "ops-1", "restored") == 5
    await ear.inbox.drain()
    await ear.hears(3, 7)

    assert await ear.effects() == [1, 5, 6, 7]
    assert await ear.parked() == []


async def test_two_replicas_that_meet_a_new_stream_at_once_handle_it_once(ear: Ear) -> None:
    await asyncio.gather(*(ear.hears(1, 2, 3) for _ in range(6)))

    assert await ear.effects() == [1, 2, 3]


async def test_a_number_with_another_id_is_passed_over_and_alarmed(
    ear: Ear, capsys: pytest.CaptureFixture[str]
) -> None:
    await ear.hears(1)
    await ear.inbox.settle([record(made(), 1, id=str(uuid4()))])

    assert await ear.effects() == [1]
    assert "stream_forked" in capsys.readouterr().out


BROKEN = {
    "no id": {"id": None},
    "no subject": {"subject": None},
    "an id that is none": {"id": "seventeen"},
    "number nought": {"aggregateversion": "0"},
    "a negative number": {"aggregateversion": "-1"},
    "a number too large for any column": {"aggregateversion": str(2**70)},
    "a number in words": {"aggregateversion": "two"},
    "bytes that are no text": {"subject": b"\xff\xfe"},
    "a subject with a NUL": {"subject": "\x00"},
    "a day that never was": {"occurredat": "2026-02-30"},
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
async def test_a_record_without_usable_envelope_is_parked_and_blocks_nobody(
    ear: Ear, fault: dict[str, Any]
) -> None:
    bad = record(made(), 2, offset=9, **fault)
    if fault.get("subject") == "\x00":
        bad = replace(bad, key=b"\x00")
    await ear.inbox.settle([record(made(), 1), bad, record(made(), 2, offset=10), bad])

    assert await ear.effects() == [1, 2]
    assert await ear.parked() == [(None, "envelope")]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "malformed"),
        (b"[]", "malformed"),
        (b"\xff", "malformed"),
        (b'{"promised": "many"}', "malformed"),
        (b"", "malformed"),
        (None, "null_body"),
    ],
)
async def test_a_broken_body_is_parked_and_its_stream_waits_in_order(
    ear: Ear, payload: bytes | None, reason: str
) -> None:
    bad = with_body(record(made(), 2, offset=2), payload)
    await ear.inbox.settle([record(made(), 1), bad, record(made(), 3, offset=3)])

    assert await ear.effects() == [1]
    assert await ear.parked() == [(2, reason), (3, "behind")]


async def test_headers_that_nobody_needs_may_be_null_or_garbage(ear: Ear) -> None:
    one = record(made(), 1)
    await ear.inbox.settle([replace(one, headers=(*one.headers, ("x", None), ("y", b"\xff")))])

    assert await ear.effects() == [1]


async def test_an_unknown_type_moves_the_number_on(ear: Ear) -> None:
    await ear.inbox.settle(
        [record(made(), 1), record(made(), 2, type="se.jobbpakten.never.heard.v9")]
    )
    await ear.hears(3)

    assert await ear.effects() == [1, 3]
    assert await ear.parked() == []


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_order_and_repeats_the_topic_brings_effects_are_exact(
    ear: Ear, seed: int
) -> None:
    chance = random.Random(seed)
    sent = [record(made(n), v, offset=100 * n + v) for n in (1, 2, 3) for v in range(1, 13)]
    sent += chance.sample(sent, 10)
    chance.shuffle(sent)
    while sent:
        batch, sent = sent[: (size := chance.randint(1, 9))], sent[size:]
        await ear.inbox.settle(batch)
        if chance.random() < 0.5:
            await ear.inbox.drain()
    for _ in range(20):
        await ear.inbox.drain()

    for number in (1, 2, 3):
        assert await ear.effects(number) == [*range(1, 13)]
    assert await ear.parked() == []


async def test_waiting_for_somebodys_lock_is_an_outage_and_parks_nothing(ear: Ear) -> None:
    await ear.hears(1)

    async def wait_for_the_row() -> None:
        async with ear.database.transaction() as tx:
            await (await tx.connection()).execute(text("SELECT * FROM heard FOR UPDATE"))

    ear.fails_on[2] = wait_for_the_row
    async with ear.database.transaction() as tx:
        await (await tx.connection()).execute(text("SELECT * FROM heard FOR UPDATE"))
        hearing = asyncio.create_task(ear.hears(2))

        def holds() -> None:
            assert ear.inbox.holds == 1

        await eventually(holds)
    await hearing

    assert await ear.effects() == [1, 2]
    assert await ear.parked() == []
    assert ear.inbox.holds == 0


async def test_a_database_that_only_reads_after_a_failover_is_an_outage(ear: Ear) -> None:
    with pytest.raises(DBAPIError) as failed:
        await ear.rows("WITH gone AS (INSERT INTO heard VALUES ('a', 1)) SELECT 1", read_only=True)

    assert world_is_broken(failed.value)


async def test_our_own_bug_in_using_the_driver_is_no_outage() -> None:
    assert not world_is_broken(asyncpg.InterfaceError("another operation is in progress"))


async def test_a_body_about_another_subject_is_malformed(ear: Ear) -> None:
    other = with_body(record(made(1), 1), made(2).model_dump_json().encode())
    await ear.inbox.settle([other])

    assert await ear.parked() == [(1, "malformed")]


async def test_plain_headers_of_the_same_names_are_not_the_envelope(ear: Ear) -> None:
    one = record(made(), 1)
    await ear.inbox.settle([replace(one, headers=(*one.headers, ("id", b"x"), ("time", b"y")))])

    assert await ear.effects() == [1]


async def test_skip_on_a_compacted_topic_lets_higher_numbers_in(ear: Ear) -> None:
    records = [replace(record(made(), v, offset=v), topic="directory.v1") for v in (1, 3, 7)]
    broken = replace(records[1], payload=b"x" * 300_000)
    await ear.inbox.settle([records[0], broken, records[2]])
    assert await ear.parked() == [(3, "too_large"), (7, "behind")]
    row = (await ear.parked_rows())[0]
    with pytest.raises(NotAllowed, match="accept the gap"):
        async with ear.database.transaction() as tx:
            await parking.skip(tx, row.id, "ops-1", "broken")
    async with ear.database.transaction() as tx:
        await parking.accept_gap(tx, "directory.v1", made().key, "ops-1", "compacted")
    async with ear.database.transaction() as tx:
        await parking.skip(tx, row.id, "ops-1", "broken")
    await ear.inbox.drain()

    assert await ear.parked() == []


async def test_one_stream_that_cant_be_drained_keeps_no_other_from_it(ear: Ear) -> None:
    await ear.hears(1, 3, 4)
    await ear.rows("UPDATE parked SET topic = 'gone.v1' WHERE version = 4 RETURNING id")
    await ear.rows("UPDATE parked SET retry_at = now() WHERE version = 4 RETURNING id")
    await ear.hears(2)
    await ear.inbox.drain()

    assert await ear.effects() == [1, 2, 3]


async def test_a_retry_in_vain_keeps_the_day_of_arrival(ear: Ear) -> None:
    await ear.hears(1, 3)
    before = (await ear.parked_rows())[0].parked_at
    async with ear.database.transaction() as tx:
        await parking.retry(tx, (await parking.parked_rows(tx))[0].id)
    await ear.inbox.drain()

    assert (await ear.parked_rows())[0].parked_at == before
