"""A restored teller numbers anew what was numbered: no listener passes over it in silence."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.shared.support.inbox_harness import Ear
from tests.shared.support.records import made, record

from shared.machines import NotAllowed
from shared.messaging.causation import TOLD_ANEW
from shared.messaging.inbox import parking, restored
from shared.messaging.inbox.records import Record

FIRST, SECOND, THIRD = "", "a" * 32, "b" * 32


@pytest.fixture
async def ear(database: Callable[[str], str]) -> AsyncIterator[Ear]:
    found = Ear(database("shared"))
    await found.prepare()
    yield found
    await found.database.engine.dispose()


def told(version: int, epoch: str, **more: str) -> Record:
    """Give an event as it was told in one life of its teller; the same one the second time."""
    about = {"epoch": epoch, "id": str(ids[epoch, version])} | more
    life = (FIRST, SECOND, THIRD).index(epoch)
    return record(made(), version, offset=100 * life + version, **about)


async def hears_anew(ear: Ear, epoch: str, version: int) -> None:
    """Hear what a restore tells anew."""
    await ear.inbox.process([told(version, epoch, causationid=f"{TOLD_ANEW}{epoch}")])


class Ids(dict[tuple[str, int], Any]):
    def __missing__(self, key: tuple[str, int]) -> Any:
        return self.setdefault(key, uuid4())


ids = Ids()


async def hears(ear: Ear, epoch: str, *versions: int) -> None:
    await ear.inbox.process([told(version, epoch) for version in versions])


async def accepted(ear: Ear, epoch: str) -> tuple[int, int]:
    async with ear.database.transaction() as tx:
        done, left = await restored.accept_epoch(tx, epoch, "ops-1", "told anew")
    return len(done), len(left)


async def drained(ear: Ear) -> None:
    while await ear.inbox.drain():
        pass


async def test_a_number_that_was_heard_is_parked_when_another_epoch_tells_it(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 2, 3)
    await hears(ear, SECOND, 2)
    assert await ear.effects() == [1, 2, 3]
    assert await ear.parked() == [(2, "another_epoch")]


async def test_its_stream_waits_with_all_that_comes_behind_and_no_other_does(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 2, 3)
    await hears(ear, SECOND, 2, 3, 4)
    await ear.hears(1, 2, number=2)
    assert await ear.effects() == [1, 2, 3]
    assert await ear.parked() == [(2, "another_epoch"), (3, "another_epoch"), (4, "behind")]
    assert await ear.effects(2) == [1, 2]


async def test_the_next_number_is_handled_whatever_the_epoch(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 2)
    await hears(ear, SECOND, 3, 4)
    assert await ear.effects() == [1, 2, 3, 4]
    assert await ear.rows("SELECT epoch, former FROM inbox") == [(SECOND, [])]
    await hears(ear, THIRD, 5)
    assert await ear.rows("SELECT epoch, former FROM inbox") == [(THIRD, [SECOND])]


async def test_what_comes_again_from_a_former_epoch_was_heard(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 2)
    await hears(ear, SECOND, 3)
    await hears(ear, THIRD, 4)
    for epoch, number in ((FIRST, 1), (FIRST, 2), (SECOND, 3), (THIRD, 4)):
        await hears(ear, epoch, number)
    assert await ear.parked() == []
    assert await ear.effects() == [1, 2, 3, 4]


async def test_the_same_event_again_is_no_other_whatever_stands_beside_it(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 2)
    await hears(ear, SECOND, 2)
    await hears(ear, SECOND, 2)
    await hears(ear, FIRST, 1, 2)
    assert await ear.parked() == [(2, "another_epoch")]


async def test_two_restores_that_tell_one_number_are_both_kept(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 2)
    await hears(ear, SECOND, 2)
    await hears(ear, THIRD, 2)
    await hears(ear, THIRD, 2)
    assert await ear.parked() == [(2, "another_epoch"), (None, "another_epoch")]
    await hears_anew(ear, THIRD, 3)
    assert await accepted(ear, THIRD) == (1, 0)
    assert await ear.effects() == [1, 2]
    assert await accepted(ear, SECOND) == (1, 0)
    await drained(ear)
    assert await ear.effects() == [1, 2, 3]


async def test_a_fork_beside_a_number_that_waits_is_of_its_aggregate_and_bars_it(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 3)
    await ear.inbox.process([told(3, SECOND), told(2, FIRST)])
    assert await ear.effects() == [1]
    key = made().key
    async with ear.database.transaction() as tx:
        assert await restored.is_parked(tx, "membership.v1", key)
        for row in await ear.parked_rows():  # a person may try each again: nothing is lost by it
            await parking.retry(tx, row.id)
    await drained(ear)
    assert (None, "another_epoch") in await ear.parked()
    assert sorted(row.epoch for row in await ear.parked_rows()) == [FIRST, FIRST, SECOND]
    await hears_anew(ear, SECOND, 4)
    assert await accepted(ear, SECOND) == (1, 0)
    await drained(ear)
    assert await ear.effects() == [1, 2, 3, 4]
    assert await ear.parked() == []


async def test_one_decision_lets_all_streams_of_an_epoch_go_on(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 2, 3)
    await hears(ear, SECOND, 2, 3, 4)
    await hears_anew(ear, THIRD, 5)
    assert await accepted(ear, SECOND) == (1, 0)
    await drained(ear)
    assert await ear.effects() == [1, 2, 3, 4, 5]
    assert await ear.parked() == []
    found = await ear.rows("SELECT act, version, actor, ground FROM settlements ORDER BY version")
    assert [tuple(row) for row in found] == [
        ("accept_epoch", number, "ops-1", "told anew") for number in (2, 3)
    ]
    await hears(ear, SECOND, 2, 3, 4)
    await hears(ear, FIRST, 1, 2, 3)
    assert await ear.parked() == []


async def test_what_was_not_told_anew_is_not_passed_over(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 2, 3)
    await hears(ear, SECOND, 2, 3, 4)
    assert await accepted(ear, SECOND) == (0, 1)
    assert len(await ear.parked()) == 3
    await hears(ear, THIRD, 5)  # whatever another server or a relay has drawn since
    assert await accepted(ear, SECOND) == (0, 1)


async def test_what_was_told_anew_before_it_is_nothing_behind_it(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 2)
    await hears(ear, SECOND, 2)
    await hears_anew(ear, SECOND, 6)
    await hears(ear, THIRD, 1)
    assert await accepted(ear, THIRD) == (0, 1)
    assert await accepted(ear, SECOND) == (1, 0)


async def test_what_a_person_passed_over_is_not_parked_when_it_comes_again(ear: Ear) -> None:
    await hears(ear, FIRST, 1)
    await hears(ear, THIRD, 3)
    (gap,) = await ear.parked_rows()
    async with ear.database.transaction() as tx:
        await parking.accept_gap(tx, "membership.v1", made().key, "ops-1", "lost")
        await parking.skip(tx, gap.id, "ops-1", "lost too")
    await hears(ear, THIRD, 3)
    assert await ear.parked() == []
    await hears(ear, SECOND, 2, 5)
    first, second = await ear.parked_rows()
    assert (first.version, second.version) == (2, 5)
    async with ear.database.transaction() as tx:
        await parking.skip(tx, first.id, "ops-1", "the other one holds")
    await hears(ear, SECOND, 2)
    assert await ear.parked() == [(5, "behind")]


async def test_a_person_may_pass_over_each_by_itself(ear: Ear) -> None:
    await hears(ear, FIRST, 1, 2)
    await hears(ear, SECOND, 1, 2, 3)
    first, second, _ = [row.id for row in await ear.parked_rows()]
    for row in (first, second):
        async with ear.database.transaction() as tx:
            with pytest.raises(NotAllowed):
                await parking.accept_gap(tx, "membership.v1", made().key, "ops-1", "why")
            await parking.skip(tx, row, "ops-1", "the other one holds")
        await drained(ear)
    assert await ear.effects() == [1, 2, 3]
    assert await ear.parked() == []


async def test_what_was_passed_over_of_one_epoch_is_heard_whatever_waits_of_another(
    ear: Ear,
) -> None:
    await hears(ear, FIRST, 1, 2)
    await hears(ear, SECOND, 1)
    await hears(ear, THIRD, 2)
    first, _ = await ear.parked_rows()
    async with ear.database.transaction() as tx:
        await parking.skip(tx, first.id, "ops-1", "the other one holds")
    await hears(ear, SECOND, 1)
    assert await ear.parked() == [(2, "another_epoch")]


async def test_a_record_that_an_earlier_release_parked_comes_again_as_itself(ear: Ear) -> None:
    await hears(ear, SECOND, 1, 3)
    async with ear.database.transaction() as tx:
        await (await tx.connection()).execute(text("UPDATE parked SET epoch = NULL"))
    await hears(ear, SECOND, 3, 2)
    await drained(ear)
    assert await ear.effects() == [1, 2, 3]
    assert await ear.parked() == []
