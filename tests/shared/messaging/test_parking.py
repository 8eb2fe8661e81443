"""Acts of a person on parked records: retry, skip, accept a gap; and draining."""

from dataclasses import replace

import pytest
from tests.shared.support.inbox_harness import Ear
from tests.shared.support.records import made, record

from shared.machines import NotAllowed
from shared.messaging.inbox import parking


def bug() -> None:
    raise ValueError("a bug")


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


async def test_skip_on_a_compacted_topic_lets_higher_numbers_in(ear: Ear) -> None:
    records = [replace(record(made(), v, offset=v), topic="directory.v1") for v in (1, 3, 7)]
    broken = replace(records[1], payload=b"x" * 300_000)
    await ear.inbox.process([records[0], broken, records[2]])
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
        await parking.retry(tx, (await ear.parked_rows())[0].id)
    await ear.inbox.drain()

    assert (await ear.parked_rows())[0].parked_at == before


async def test_a_number_far_ahead_is_skipped_by_itself_and_moves_no_stream(ear: Ear) -> None:
    await ear.hears(1, 2**62)
    (row,) = await ear.parked_rows()
    async with ear.database.transaction() as tx:
        await parking.retry(tx, row.id)
    await ear.inbox.drain()
    assert [(one.id, one.reason) for one in await ear.parked_rows()] == [(row.id, "jump")]
    async with ear.database.transaction() as tx:
        await parking.skip(tx, row.id, "ops-1", "nobody of us told it")
    await ear.hears(2)

    assert await ear.effects() == [1, 2]
    assert await ear.parked() == []


async def test_no_gap_is_accepted_up_to_a_number_far_ahead(ear: Ear) -> None:
    """The release before parked it in its stream, as a gap."""
    await ear.hears(1, 3)
    await ear.rows(f"UPDATE parked SET version = {2**62} WHERE version = 3 RETURNING 1")
    with pytest.raises(NotAllowed, match="is no number of this stream"):
        async with ear.database.transaction() as tx:
            await parking.accept_gap(tx, "membership.v1", made().key, "ops-1", "lost")
    await ear.hears(2)

    assert await ear.effects() == [1, 2]
