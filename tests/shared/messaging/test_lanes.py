"""More than a batch at once: two lanes, which only the database keeps waiting."""

import asyncio
from collections.abc import Sequence

import pytest
from tests.shared.support.inbox_harness import Ear
from tests.shared.support.records import made, record

from shared.database import Tx
from shared.messaging.inbox import Hears
from shared.messaging.inbox.records import Heard, One, Record

STREAMS, VERSIONS, BATCH = 8, 5, 10


@pytest.fixture
def backlog(ear: Ear) -> Sequence[Record]:
    """Four batches and more, of streams that come in turn."""
    ear.inbox.hears.batch = BATCH
    return [
        record(made(number), version, offset=version)
        for version in range(1, VERSIONS + 1)
        for number in range(STREAMS)
    ]


async def test_two_batches_of_a_backlog_are_settled_side_by_side(
    ear: Ear, backlog: Sequence[Record]
) -> None:
    both = asyncio.Barrier(2)

    async def met(_tx: Tx, _heard: Sequence[Heard]) -> None:
        await both.wait()

    ear.inbox.hears = Hears(ear.on_commitment_made, all=met)
    ear.inbox.hears.batch = len(backlog) - 1
    await ear.inbox.process(backlog)

    assert await ear.parked() == []


async def test_each_stream_of_a_backlog_is_heard_whole_and_in_its_order(
    ear: Ear, backlog: Sequence[Record]
) -> None:
    await ear.inbox.process([*backlog, *backlog])

    for number in range(STREAMS):
        assert await ear.effects(number) == [*range(1, VERSIONS + 1)]
    assert max(ear.batches) <= BATCH
    assert await ear.parked() == []


async def test_who_hears_one_by_one_settles_a_backlog_one_batch_after_another(
    ear: Ear, backlog: Sequence[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, under_way, most = ear.inbox.process_batch, 0, 0

    async def counted(batch: Sequence[One]) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await settle(batch)
        under_way -= 1

    monkeypatch.setattr(ear.inbox, "process_batch", counted)
    ear.inbox.hears = Hears(ear.on_commitment_made)
    ear.inbox.hears.batch = BATCH
    await ear.inbox.process(backlog)

    assert most == 1


async def test_a_bug_in_one_lane_escapes_by_its_name_and_stops_the_other(
    ear: Ear, backlog: Sequence[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stopped = [], list[Sequence[One]]()

    async def fail_as_the_second(batch: Sequence[One]) -> None:
        begun.append(batch)
        if len(begun) == 2:
            raise ZeroDivisionError
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(batch)

    monkeypatch.setattr(ear.inbox, "process_batch", fail_as_the_second)
    with pytest.raises(ZeroDivisionError):
        await ear.inbox.process(backlog)

    assert stopped == begun[:1]
