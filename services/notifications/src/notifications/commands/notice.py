"""Notices: asked for by an event, closed by another; every step is told."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, get_args
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import make_transient_to_detached

from jobbpakten_events import Envelope, Event, notification
from notifications import queries
from notifications.commands.recalling import is_older_than_restore, recall
from notifications.models import Notice, Subject
from notifications.rules.notice import NOTICE, OPEN, Asked, closing, how_long_held, is_asked_for
from notifications.rules.notices import ASKS, RULES, Rule
from shared.database import Tx
from shared.messaging import outbox
from shared.messaging.causation import because, current
from shared.savepoints import by_itself, each_by_itself
from shared.time import clock

# The same event asks for the same notice, however often it is heard.
NAMES = UUID("6f2f3a52-7d2b-4a53-9c36-0f5e2f0f4c11")
TOLD: dict[str, Any] = {
    "send": notification.NoticeSent,
    "fail": notification.NoticeFailed,
    "doubt": notification.NoticeUncertain,
    "act": notification.NoticeActed,
    "expire": notification.NoticeExpired,
    "cancel": notification.NoticeCancelled,
}
# Not twice: whatever is heard of an aggregate later closes its notices anew.
OWE = text("""UPDATE notices SET owed = coalesce(owed, '[]') || CAST(:step AS jsonb)
    WHERE id = ANY(:ids) AND NOT coalesce(owed @> CAST(:by AS jsonb), false)""")
MOST_AT_ONCE = 200  # notices that one event closes; a part of an event's time
BY = {"sent": "send", "failed": "fail", "uncertain": "doubt", "acted": "act"}
BY |= {"cancelled": "cancel", "expired": "expire"}
ENDS = {"acted": "act", "cancelled": "cancel", "expired": "expire"}


def asked(notice: Notice) -> Asked:
    when = notice.opened_on, notice.act_by
    return Asked(notice.stream, notice.version, notice.told_at, *when)


async def ask(tx: Tx, subject: Subject, what: str, event: Event, about: Envelope) -> None:
    """Ask for the notices that an event calls for, but for those that are over already."""
    for rule in ASKS.get(what, ()):
        if not is_asked_for(rule, subject.heard, dict(event)):
            continue
        new = noticed(rule, subject, event, about)
        if closing(rule, asked(new), subject.heard) is not None or not await add(tx, new):
            continue
        if await is_older_than_restore(tx, new):  # mailed already, perhaps: nobody knows any more
            await step(tx, new, "doubt", about.occurredat)


def noticed(rule: Rule, subject: Subject, event: Event, about: Envelope) -> Notice:
    now = clock.now()
    return Notice(
        id=uuid5(NAMES, f"{event.key} {about.aggregateversion} {rule.name}"),
        rule=rule.name,
        template=rule.template,
        kind=rule.kind,
        role=rule.role,
        subject_kind=subject.kind,
        subject_id=subject.id,
        stream=event.key,
        version=about.aggregateversion,
        told_at=about.time,
        network=subject.network,
        unit=subject.unit,
        act_by=getattr(event, "act_by", None) if rule.names_a_day else None,
        opened_on=about.occurredat,
        since=about.occurredat,
        requested_at=now,
        held_until=now + how_long_held(rule.kind, about.time, now),
        correlation_id=about.correlationid,
    )


async def add(tx: Tx, notice: Notice) -> bool:
    """Store a notice and tell of it; False for one that is there, or is recalled as it was."""
    new = insert(Notice).values(notice.model_dump()).on_conflict_do_nothing(index_elements=["id"])
    if (await (await tx.connection()).execute(new)).rowcount == 0:
        return False
    make_transient_to_detached(notice)
    tx.add(notice)
    more = {"kind_of_notice": notice.kind, "role": notice.role, "act_by": notice.act_by}
    await tell_of_notice(tx, notice, notification.NoticeRequested, notice.opened_on, **more)
    if not await recall(tx, notice):
        return True
    await tell_where_it_stands(tx, notice)
    return False


async def close(tx: Tx, subject: Subject, on: date) -> None:
    """Close what is done or void by all that was heard; what was only told stays told.

    As many as one event may take time for: the others owe it, and no mail of theirs goes out.
    """
    found = await queries.lock_open_notices(tx, subject)
    for notice_id in found[:MOST_AT_ONCE]:
        act = partial(close_one, tx, notice_id, subject, on)
        if not await by_itself(tx, "notices", notice_id, subject.network, act):
            await owe(tx, [notice_id], "close", on)
    if later := found[MOST_AT_ONCE:]:
        await owe(tx, later, "close", on)


async def close_one(tx: Tx, notice_id: UUID, subject: Subject, on: date) -> None:
    """Close a notice if it is over; one that somebody has ended meanwhile isn't told of again."""
    notice = await queries.lock_notice(tx, notice_id)
    if notice.state not in OPEN:
        return
    over = closing(RULES[notice.rule], asked(notice), subject.heard)
    if over and (notice.kind == "task" or notice.state == "waiting"):
        await step(tx, notice, ENDS[over], on)


async def owe(tx: Tx, ids: Sequence[UUID], by: str, on: date, ground: str = "") -> None:
    """Remember a step that wasn't taken: what asked for it doesn't come again."""
    step_owed = json.dumps([{"by": by, "on": on.isoformat(), "ground": ground}])
    about = {"ids": [*ids], "step": step_owed, "by": json.dumps([{"by": by}])}
    await (await tx.connection()).execute(OWE, about)


async def step(tx: Tx, notice: Notice, by: str, on: date, **more: str) -> None:
    """Take a step by ourselves and tell it; one that is over stays so, and is told of all the same.

    A mail may be taken while what it asks for is done: both happened.
    """
    if not NOTICE.states[notice.state].terminal and (notice.state, by) in NOTICE.steps:
        notice.state = NOTICE.step(notice.state, by, "system")
        notice.since = max(on, notice.since)
        notice.reason = more.get("ground", notice.reason if by == "cancel" else None)
        tx.add(notice)
    await tell_of_notice(tx, notice, TOLD[by], on, **more)


async def tell_of_notice(tx: Tx, notice: Notice, event: Any, on: date, **more: Any) -> None:
    """Tell of a notice, on behalf of what asked for it."""
    cause = replace(current.get(), correlation_id=notice.correlation_id, network=notice.network)
    with because(cause):
        told = event(notice_id=notice.id, template=notice.template, **more)
        await outbox.tell(tx, told, on=on)


async def tell_where_it_stands(tx: Tx, notice: Notice) -> None:
    """Tell once more how far a notice has come; of one that waits there is nothing to tell."""
    if by := BY.get(notice.state):
        known = notice.reason in get_args(notification.Ground)
        more = {"ground": notice.reason if known else "given_up"} if by == "fail" else {}
        await tell_of_notice(tx, notice, TOLD[by], notice.since, **more)


async def expire(tx: Tx, today: date) -> int:
    """Let go what is too late: an answer, or what has waited longer than a link lives."""
    late = await queries.lock_late(tx, today)
    return await each_by_itself(tx, "notices", late, partial(expire_one, tx, today=today))


async def expire_one(tx: Tx, notice_id: UUID, today: date) -> None:
    await step(tx, await queries.lock_notice(tx, notice_id), "expire", today)
