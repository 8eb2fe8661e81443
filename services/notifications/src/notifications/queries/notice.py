"""Notices: those to show, to release, to close and to let go."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, text
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications.models import Delivery, Notice, Recipient, Subject
from notifications.rules.access import coordinates, may_see
from notifications.rules.notice import LINK_LIVES, NOTICE, OPEN
from notifications.rules.notices import CIRCLES, EXPIRING, RULES
from notifications.rules.subjects import Heard
from shared.database import Tx
from shared.http.access import Caller
from shared.http.paging import Page
from shared.machines import NotFound
from shared.messaging.gauges import counted
from shared.savepoints import drawn, still, taken

MOST_A_ROUND = 500
IDS = select(Notice.id)
BY_CIRCLE: Mapping[str, list[str]] = {
    circle: [role for role, of_role in CIRCLES.items() if of_role == circle]
    for circle in CIRCLES.values()
}
COMPANIONS = text("""
    SELECT DISTINCT other.id FROM notices AS one
    JOIN subjects AS its ON (its.kind, its.id) = (one.subject_kind, one.subject_id)
    JOIN notices AS other ON other.role = one.role AND other.kind = 'message'
        AND other.state = 'waiting' AND other.delivery_id IS NULL AND other.reason IS NULL
    JOIN subjects AS others ON (others.kind, others.id) = (other.subject_kind, other.subject_id)
    WHERE one.id = ANY(:due) AND one.kind = 'message' AND other.id <> ALL(:due)
        AND others.network = its.network
        AND ((one.role = ANY(:organisation) AND others.organisation_id = its.organisation_id)
          OR (one.role = ANY(:candidate) AND others.candidate_ref = its.candidate_ref)
          OR (one.role = ANY(:unit) AND others.unit = its.unit)
          OR one.role = ANY(:network))""")


def locked(found: SelectOfScalar[Notice]) -> SelectOfScalar[Notice]:
    """Lock notices in the order of their ids, and read them as they are now."""
    ordered = found.order_by(None).order_by(col(Notice.id)).with_for_update()
    return ordered.execution_options(populate_existing=True)


OF_SUBJECT = (Notice.subject_kind == bindparam("kind")) & (Notice.subject_id == bindparam("id"))
OPEN_NOTICES = (
    select(Notice.id, Notice.rule)
    .where(OF_SUBJECT, col(Notice.state).in_(OPEN))
    .order_by(col(Notice.id))
    .with_for_update()
)


async def notices(
    tx: Tx, caller: Caller, network: str, state: str | None, asked: Page
) -> Sequence[tuple[Notice, Delivery | None]]:
    """Give a network's notices in the order of their ids; a caseworker those of her unit."""
    found = select(Notice, Delivery).outerjoin(Delivery).where(Notice.network == network)
    found = found.where(col(Notice.state).in_(NOTICE.states))  # a later release may know more
    if not coordinates(caller):
        found = found.where(Notice.unit == caller.unit)
    if state:
        found = found.where(Notice.state == state)
    return await asked.read(tx, found, col(Notice.id))


async def notice_for(tx: Tx, caller: Caller, network: str, notice_id: UUID) -> Notice:
    found = await tx.get(Notice, notice_id)
    if not found or found.network != network or not may_see(caller, found.unit):
        raise NotFound
    return found


async def lock_notice(tx: Tx, notice_id: UUID) -> Notice:
    return (await tx.exec(locked(select(Notice).where(Notice.id == notice_id)))).one()


async def lock_open_notices(tx: Tx, subject: Subject) -> Sequence[UUID]:
    """Lock a subject's notices that aren't over."""
    found = await tx.exec(OPEN_NOTICES, params={"kind": subject.kind, "id": subject.id})
    return [one for one, rule in found.all() if rule in RULES]


async def lock_late(tx: Tx, today: date) -> Sequence[tuple[UUID, str]]:
    """Lock what is let go today, drawn by chance; give each with its network."""
    late, forgotten = is_late(today), is_forgotten(today)
    ids = [*await drawn(tx, IDS.where(late), MOST_A_ROUND)]
    ids += await drawn(tx, IDS.where(forgotten), MOST_A_ROUND)
    return await still(tx, Notice, ids, or_(late, forgotten))


def is_late(today: date) -> ColumnElement[bool]:
    """Select tasks whose answer would come too late; what the municipality has to do stays."""
    late = (col(Notice.kind) == "task") & (col(Notice.act_by) < today)
    return late & col(Notice.state).in_(OPEN) & col(Notice.rule).in_(EXPIRING)


def is_forgotten(today: date) -> ColumnElement[bool]:
    """Select what has waited for so long that not even its link would live any more."""
    last = func.greatest(func.coalesce(Notice.act_by, Notice.opened_on), Notice.opened_on)
    too_old = (col(Notice.opened_on) <= today - LINK_LIVES) & (last <= today - LINK_LIVES)
    return (col(Notice.state) == "waiting") & too_old


async def count_due(tx: Tx, today: date, now: datetime) -> int:
    """Count notices that are let go today, may be released, or owe a step."""
    unsent = (col(Notice.state) == "waiting") & col(Notice.delivery_id).is_(None)
    ripe = unsent & col(Notice.rule).in_(RULES) & (col(Notice.held_until) <= now)
    due = (is_late(today), is_forgotten(today), ripe, col(Notice.owed).is_not(None))
    return await counted(tx, select(Notice.id).where(or_(*due)))


async def lock_due(tx: Tx, now: datetime | None) -> Sequence[UUID]:
    """Lock notices without a mail; only those that needn't wait longer, unless now is None.

    Those that wait longest come first; one that fails is held anew (`postpone`), and keeps its
    place from nobody. Those of rules that this release doesn't know wait for one that does.
    """
    here = select(Notice.id).where(
        Notice.state == "waiting",
        col(Notice.delivery_id).is_(None),
        col(Notice.rule).in_(RULES),
    )
    if now is None:
        return await taken(tx, here.order_by(col(Notice.id)))
    due = here.where(Notice.held_until <= now).limit(MOST_A_ROUND)
    due = due.order_by(col(Notice.held_until), col(Notice.id))
    return sorted((await tx.exec(due.with_for_update(skip_locked=True))).all())


async def lock_companions(tx: Tx, due: Sequence[UUID]) -> Sequence[UUID]:
    """Lock messages that are held yet, for those whom a message goes to now."""
    if not due:
        return []
    found = await (await tx.connection()).execute(COMPANIONS, {"due": [*due]} | {**BY_CIRCLE})
    here = select(Notice.id).where(col(Notice.id).in_([one for (one,) in found]))
    return await taken(tx, here.order_by(col(Notice.id)))


async def lock_owing(tx: Tx) -> Sequence[tuple[UUID, str]]:
    """Lock notices that owe a step, drawn by chance; give each with its network."""
    owes = col(Notice.owed).is_not(None)
    return await still(tx, Notice, await drawn(tx, IDS.where(owes), MOST_A_ROUND), owes)


async def what_is_known(tx: Tx, notice: Notice) -> tuple[Subject, Heard]:
    """Give what was heard of a notice's aggregate, and of her whom it is about."""
    subject = await tx.get_one(Subject, (notice.subject_kind, notice.subject_id))
    ref = subject.candidate_ref
    of_candidate = await tx.get(Subject, ("candidate", ref)) if ref else None
    return subject, of_candidate.heard if of_candidate else {}


async def lock_told_otherwise(tx: Tx, notice: Notice) -> Sequence[Notice]:
    """Lock the failed notices that a member of the staff was asked to tell instead."""
    here = select(Notice).where(
        Notice.subject_kind == notice.subject_kind,
        Notice.subject_id == notice.subject_id,
        Notice.rule == notice.rule,
        (Notice.stream == notice.stream) & (Notice.version == notice.version),
        Notice.state == "failed",
    )
    return (await tx.exec(locked(here))).all()


async def notice_sent(tx: Tx, notice_id: UUID) -> tuple[Notice, Recipient] | None:
    """Give a notice with whom it went to; None once she is forgotten."""
    here = select(Notice, Recipient).where(
        Notice.id == notice_id, Notice.recipient_id == Recipient.id
    )
    return (await tx.exec(here)).one_or_none()
