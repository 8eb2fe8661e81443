"""What is under way when the service stops ends before the pool that it works on is closed."""

import asyncio

from tests.followup.support.service import Followup

from followup.folds import Rooms


async def test_a_fold_that_is_under_way_ends_with_the_service(followup: Followup) -> None:
    rooms, folding, ended = Rooms(), asyncio.Event(), asyncio.Event()

    async def fold() -> None:
        folding.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    working = asyncio.create_task(rooms.until_stopped(followup.database))
    asking = asyncio.create_task(rooms.past.reports.give("a month", fold))
    await folding.wait()
    working.cancel()
    await asyncio.wait([working, asking])
    assert ended.is_set()
    assert asking.cancelled()
