"""What an event closes for very many is closed in parts: nobody is told of it meanwhile."""

import asyncio
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from tests.notifications.conftest import Notifications
from tests.notifications.support.histories import UNIT, Story
from tests.support.driven import TODAY
from tests.support.eventually import eventually

from notifications.clock import waiting
from notifications.commands import notice, retention
from notifications.queries import notice as queries
from shared.messaging.gauges import Observer
from shared.undone import over_and_over

OFFICERS = 5


async def waits_for_many(service: Notifications) -> Story:
    for _ in range(OFFICERS):
        await service.knows("vetting_officer", UNIT)
    story = Story()
    await service.hears(story.applied)
    await service.do_what_is_due()
    assert len(await service.states()) == OFFICERS
    return story


async def count(service: Notifications, which: str) -> int:
    async with service.database.transaction() as tx:
        found = await (await tx.connection()).scalar(text(f"SELECT count(*) FROM {which}"))
    return int(found or 0)


async def test_more_notices_than_an_event_has_time_for_are_owed_and_none_goes_out(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice, "MOST_AT_ONCE", 2)
    story = await waits_for_many(service)

    await service.hears(story.approved)

    assert await count(service, "notices WHERE state = 'acted'") == 2
    assert await count(service, "notices WHERE owed IS NOT NULL") == OFFICERS - 2
    assert await service.sends() == []
    assert await service.sender.take_owed_steps() == OFFICERS - 2
    assert await service.sender.take_owed_steps() == 0
    assert await count(service, "notices WHERE owed IS NOT NULL") == 0
    assert await count(service, "notices WHERE state = 'acted'") == OFFICERS


async def test_steps_owed_are_taken_at_once_and_not_so_many_in_ten_seconds(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(queries, "MOST_A_ROUND", 1)
    story = await waits_for_many(service)
    await service.hears(story.approved)

    async def none_owes() -> None:
        assert await count(service, "notices WHERE owed IS NOT NULL") == 0

    undone, work = service.database.undone, service.sender.take_owed_steps
    running = asyncio.create_task(over_and_over(undone, "owed", work, 3_600))
    await eventually(none_owes)
    running.cancel()


async def test_how_many_notices_wait_is_a_figure(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice, "MOST_AT_ONCE", 0)
    story = await waits_for_many(service)
    await service.hears(story.approved)
    await Observer("notifications", service.database, waiting).look()
    about = {"service": "notifications", "kind": "notices"}
    unsent = "state = 'waiting' AND delivery_id IS NULL AND held_until <= now()"
    new = await count(service, f"notices WHERE {unsent}")
    assert REGISTRY.get_sample_value("things_waiting", about) == OFFICERS + new


async def test_what_is_forgotten_is_counted_so_that_the_next_round_follows_at_once(
    service: Notifications,
) -> None:
    story = await waits_for_many(service)
    assert len(await service.sends()) == OFFICERS
    await service.hears(story.approved)
    long_after = TODAY + timedelta(days=200)

    async def forgotten() -> int:
        async with service.database.transaction() as tx:
            return await retention.forget_what_is_over(tx, long_after)

    assert await forgotten() >= OFFICERS
    assert await forgotten() == 0
