"""Notices: asked for by an event, closed by another; every step is told."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import make_transient_to_detached

from notifications import queries
from notifications.models import Notice, Subject
from notifications.rules.notice import NOTICE, Asked, closing, how_long_held, is_asked_for
from notifications.rules.notices import ASKS, RULES, Rule
from shared import clock, outbox
from shared.causes import because, current
from shared.database import Tx
from shared.events import Envelope, Event
from shared.events.notification import (
    NoticeActed,
    NoticeCancelled,
    NoticeExpired,
    NoticeFailed,
    NoticeRequested,
    NoticeSent,
    NoticeUncertain,
)

# The same event asks for the same notice, however often it is heard.
NAMES = UUID("6f2f3a52-7d2b-4a53-9c36-0f5e2f0f4c11")
TOLD: dict[str, Any] = {
    "send": NoticeSent,
    "fail": NoticeFailed,
    "doubt": NoticeUncertain,
    "act": NoticeActed,
    "expire": NoticeExpired,
    "cancel": NoticeCancelled,
}
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
        if closing(rule, asked(new), subject.heard) is None:
            await add(tx, new)


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
        act_by=getattr(event, "act_by", None) if rule.kind == "task" else None,
        opened_on=about.occurredat,
        since=about.occurredat,
        requested_at=now,
        held_until=now + how_long_held(rule.kind, about.time, now),
        correlation_id=about.correlationid,
    )


async def add(tx: Tx, notice: Notice) -> bool:
    """Store a notice and tell of it; False for one that is there."""
    new = insert(Notice).values(notice.model_dump()).on_conflict_do_nothing(index_elements=["id"])
    if (await (await tx.connection()).execute(new)).rowcount == 0:
        return False
    make_transient_to_detached(notice)
    tx.add(notice)
    more = {"kind_of_notice": notice.kind, "role": notice.role, "act_by": notice.act_by}
    await tell(tx, notice, NoticeRequested, notice.opened_on, **more)
    return True


async def close(tx: Tx, subject: Subject, on: date) -> None:
    """Close what is done or void by all that was heard; what was only told stays told."""
    for notice in await queries.open_notices(tx, subject):
        over = closing(RULES[notice.rule], asked(notice), subject.heard)
        if over and (notice.kind == "task" or notice.state == "waiting"):
            await step(tx, notice, ENDS[over], on)


async def step(tx: Tx, notice: Notice, by: str, on: date, **more: str) -> None:
    """Take a step by ourselves and tell it; one that is over stays so, and is told of all the same.

    A mail may be taken while what it asks for is done: both happened.
    """
    if not NOTICE.states[notice.state].terminal and (notice.state, by) in NOTICE.steps:
        notice.state = NOTICE.step(notice.state, by, "system")
        notice.since = max(on, notice.since)
        notice.reason = more.get("ground", notice.reason if by == "cancel" else None)
        tx.add(notice)
    await tell(tx, notice, TOLD[by], on, **more)


async def tell(tx: Tx, notice: Notice, event: Any, on: date, **more: Any) -> None:
    """Tell of a notice, on behalf of what asked for it."""
    cause = replace(current.get(), correlation_id=notice.correlation_id, network=notice.network)
    with because(cause):
        told = event(notice_id=notice.id, template=notice.template, **more)
        await outbox.tell(tx, told, on=on)


async def expire(tx: Tx, today: date) -> int:
    """Let go what is too late: an answer, or what has waited longer than a link lives."""
    late = {notice.id: notice for notice in await queries.late_tasks(tx, today)}
    late |= {notice.id: notice for notice in await queries.forgotten_ones(tx, today)}
    for notice in late.values():
        await step(tx, notice, "expire", today)
    return len(late)
