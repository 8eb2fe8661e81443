"""What is over goes away; what waited too long is let go; what operations see of it."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from tests.notifications.conftest import Notifications, later
from tests.notifications.support.histories import ACT_BY, UNIT, Story
from tests.notifications.support.senders import one_task
from tests.notifications.support.servers import Server
from tests.support.driven import TODAY

WEEKS = timedelta(weeks=12)


async def rows(service: Notifications, table: str) -> int:
    async with service.database.transaction() as tx:
        connection = await tx.connection()
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def subjects(service: Notifications) -> list[str]:
    async with service.database.transaction() as tx:
        connection = await tx.connection()
        found = await connection.execute(text("SELECT kind FROM subjects ORDER BY kind"))
        return [kind for (kind,) in found]


async def test_what_has_waited_longer_than_a_link_lives_is_never_mailed(
    service: Notifications,
) -> None:
    story = Story()
    await service.hears(story.applied, story.started)
    await service.set_the_day(TODAY + timedelta(days=365))
    await service.do_what_is_due()
    for role in ("coordinator", "vetting_officer"):
        await service.knows(role, UNIT)
    await service.knows("contact_person", story.organisation)
    await service.do_what_is_due()
    assert await service.sends() == []
    assert {state.split()[-1] for state in await service.states()} == {"expired"}


async def test_what_is_over_is_deleted_with_its_mails_after_twelve_weeks(
    service: Notifications,
) -> None:
    story = await one_task(service)
    await service.knows("contact_person", story.organisation)
    await service.hears(story.started)
    await service.do_what_is_due()
    assert len(await service.sends()) == 2
    await service.hears(story.approved)
    await service.set_the_day(ACT_BY + WEEKS)
    await service.do_what_is_due()
    assert "check_application vetting_officer acted" in await service.states()
    assert len(await service.mails()) == 1
    await service.set_the_day(ACT_BY + WEEKS + timedelta(days=1))
    await service.do_what_is_due()
    assert "check_application vetting_officer acted" not in await service.states()
    assert await rows(service, "deliveries") == 0


async def test_a_task_that_is_open_stays_however_old_it_is(service: Notifications) -> None:
    await one_task(service)
    await service.sends()
    await service.set_the_day(TODAY + timedelta(days=800))
    await service.do_what_is_due()
    assert await service.states() == ["check_application vetting_officer sent"]
    assert await rows(service, "deliveries") == 1


async def test_whoever_has_left_is_forgotten_once_nothing_of_hers_is_open(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers, others = Story(), Story()
    await service.knows("caseworker", UNIT)
    for story in (hers, others):
        await service.hears(story.visible(), story.proposed)
    await service.sends()
    await service.hears(hers.left)
    await service.do_what_is_due()
    assert await subjects(service) == ["candidate", "candidate", "match", "match"]
    later(monkeypatch, weeks=13 * 52)
    await service.do_what_is_due()
    assert await subjects(service) == ["candidate", "candidate", "match", "match"]
    await service.hears(hers.withdrawn)
    await service.do_what_is_due()
    assert await subjects(service) == ["candidate", "match"]


async def test_operations_see_what_is_late_what_is_to_be_settled_and_a_pause(
    service: Notifications, server: Server
) -> None:
    def figure(name: str, **labels: str) -> float | None:
        return REGISTRY.get_sample_value(name, {"service": "notifications", **labels})

    server.answers = ["550 5.1.1 never", "451 busy"]
    await one_task(service)
    await service.sends()
    await service.hears(Story().applied)
    await service.sends()
    await service.sender.look()
    assert figure("mails_paused") == 1
    assert figure("notices_to_settle", state="failed") == 1
    assert figure("notices_to_settle", state="uncertain") == 0
    assert figure("mails_oldest_due_seconds") == 0
    async with service.database.transaction() as tx:
        change = "UPDATE deliveries SET next_try_at = now() - interval '1 hour'"
        await (await tx.connection()).execute(text(change))
    service.sender.paused_until = 0.0
    await service.sender.look()
    assert figure("mails_paused") == 0
    assert 3600 <= (figure("mails_oldest_due_seconds") or 0) < 3700
