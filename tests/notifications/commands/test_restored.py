"""Restored notifications mail nothing twice; what they can't know waits for a person."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import select
from tests.notifications.conftest import Notifications
from tests.notifications.support.histories import UNIT, Story
from tests.notifications.support.senders import one_task
from tests.support.parked import park, settle

from notifications.models import Notice, Recalled
from notifications.queries.delivery import HEARD, PARKED
from shared.messaging.epochs import draw, note_lineage
from shared.time import clock

TASK = "check_application vetting_officer"


async def restored(service: Notifications, *, to_a_moment: bool = False) -> None:
    """Have a person say that the database was restored, or let the server recover to a moment."""
    connection = await service.database.direct.connect()
    try:
        if to_a_moment:  # it keeps all of its names but the timeline
            await note_lineage(connection)
            await connection.execute("UPDATE epochs SET lineage = lineage || 'before'")
            await note_lineage(connection)
        else:
            await draw(connection)
    finally:
        await connection.close()


async def only(service: Notifications) -> Notice:
    async with service.database.transaction() as tx:
        return (await tx.exec(select(Notice))).one()


async def recall(service: Notifications, notice_id: UUID, state: str) -> None:
    async with service.database.transaction() as tx:
        tx.add(Recalled(notice_id=notice_id, state=state, since=clock.now().date()))


async def settled(service: Notifications, notice: Notice, decision: str) -> Any:
    path, body = f"/{notice.id}/settlement", {"decision": decision}
    answer = await service.call("POST", path, "coordinator", body)
    assert answer.is_success, answer.text
    return answer.json()


async def forgotten(service: Notifications) -> None:
    """Bring the database back to before anything was heard, but for who is known."""
    async with service.database.transaction() as tx:
        for table in ("notices", "deliveries", "subjects"):
            await (await tx.connection()).execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize("to_a_moment", [False, True])
async def test_what_waited_when_the_dump_was_made_is_uncertain(
    service: Notifications,
    to_a_moment: bool,  # noqa: FBT001
) -> None:
    await one_task(service)
    await service.sender.dispatch_round()
    await restored(service, to_a_moment=to_a_moment)
    assert await service.sends() == []
    assert await service.states() == [f"{TASK} uncertain"]
    assert [mail.state for mail in await service.mails()] == ["uncertain"]
    assert "notice.uncertain.v1" in await service.told()


@pytest.mark.parametrize("to_a_moment", [False, True])
async def test_what_is_heard_again_is_uncertain_too_and_goes_out_when_a_person_says_so(
    service: Notifications,
    to_a_moment: bool,  # noqa: FBT001
) -> None:
    story = await one_task(service)
    assert await service.sends() == [TASK]
    about = service.about(story.applied)
    early = about.model_copy(update={"aggregateversion": 1, "time": about.time - timedelta(days=1)})
    await forgotten(service)
    await restored(service, to_a_moment=to_a_moment)
    assert await service.sends() == [TASK]  # what waited is held: nothing did
    await service.takes(story.applied, early)
    assert await service.sends() == [TASK]
    assert await service.states() == [f"{TASK} uncertain"]
    await settled(service, await only(service), "send_again")
    assert await service.sends() == [TASK, TASK]
    assert await service.states() == [f"{TASK} sent"]


@pytest.mark.parametrize("state", ["sent", "failed", "acted", "cancelled"])
async def test_what_was_told_of_it_after_the_dump_is_recalled(
    service: Notifications, state: str
) -> None:
    story = await one_task(service)
    notice = await only(service)
    await forgotten(service)
    await recall(service, notice.id, state)
    await restored(service)
    about = service.about(story.applied)
    await service.takes(story.applied, about.model_copy(update={"aggregateversion": 1}))
    assert await service.sends() == []
    assert await service.states() == [f"{TASK} {state}"]
    assert (await service.told())[-2:] == ["notice.requested.v1", f"notice.{state}.v1"]


async def test_what_is_asked_for_after_the_restore_goes_out(service: Notifications) -> None:
    await restored(service)
    await service.sends()
    await one_task(service)
    assert await service.sends() == [TASK]


@pytest.mark.parametrize("topic", ["membership.v1", "directory.v1"])
async def test_nobody_is_mailed_about_what_is_parked_nor_who_is(
    service: Notifications, topic: str
) -> None:
    story = Story()
    who = await service.knows("vetting_officer", UNIT)
    await service.hears(story.applied)
    await service.sender.dispatch_round()
    await park(service.database, topic, story.membership if topic == "membership.v1" else who)
    assert await service.sends() == []
    assert await service.states() == [f"{TASK} waiting"]
    assert (await only(service)).held_until > clock.now() + timedelta(seconds=30)
    await settle(service.database)
    async with service.database.transaction() as tx:
        await (await tx.connection()).execute(text("UPDATE notices SET held_until = now()"))
    assert await service.sends() == [TASK]


async def test_who_is_parked_is_left_out_and_where_nobody_else_is_asked_it_waits(
    service: Notifications,
) -> None:
    who = await service.knows("vetting_officer", UNIT)
    await service.hears(Story().applied)
    await park(service.database, "directory.v1", who)
    assert await service.sender.dispatch_round() == 0
    notice = await only(service)
    assert (notice.reason, notice.recipient_id) == ("not_yet_known", None)
    assert notice.held_until > clock.now() + timedelta(minutes=10)
    await service.knows("vetting_officer", UNIT)
    await service.hears(Story().applied)
    assert await service.sends() == [TASK]
    assert len(await service.mails()) == 1


async def test_whether_something_is_parked_is_read_from_the_index_of_streams(
    service: Notifications,
) -> None:
    filled = """INSERT INTO parked (topic, partition, "offset", key, version, reason, headers)
        SELECT 'matching.v1', 0, n, n::text, 1, 'another_epoch', '[]'
        FROM generate_series(1, 50000) AS n"""
    async with service.database.transaction() as tx:
        connection = await tx.connection()
        for statement in (filled, "ANALYZE parked"):
            await connection.execute(text(statement))
        asked = {"topics": HEARD, "keys": ["1", "2"]}
        plan = (await connection.execute(text(f"EXPLAIN {PARKED.text}"), asked)).scalars().all()
    [condition] = [line.strip() for line in plan if "Index Cond" in line]
    assert condition.startswith("Index Cond: ((topic = ANY"), plan


async def test_a_candidate_of_whom_something_is_parked_counts_as_hidden(
    service: Notifications,
) -> None:
    story = Story()
    await service.knows("participant", UNIT, story.candidate)
    await service.hears(story.visible(), story.asked)
    await park(service.database, "matching.v1", story.candidate)
    assert await service.sends() == []
    await settle(service.database)
    async with service.database.transaction() as tx:
        await (await tx.connection()).execute(text("UPDATE notices SET held_until = now()"))
    assert await service.sends() == ["answer_request participant"]
