"""Notices: those to show, to release, to close and to let go."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, func, text
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications.models import Delivery, Notice, Recipient, Subject
from notifications.rules.notice import LINK_LIVES, OPEN, may_see
from notifications.rules.notices import CIRCLES, EXPIRING, RULES
from notifications.rules.subjects import Heard
from shared.access import Caller
from shared.database import Tx
from shared.machines import NotFound

MOST_A_ROUND = 500
BY_CIRCLE: Mapping[str, list[str]] = {
    circle: [role for role, its in CIRCLES.items() if its == circle] for circle in CIRCLES.values()
}
COMPANIONS = text("""
    SELECT DISTINCT other.id FROM notices AS one
    JOIN subjects AS its ON (its.kind, its.id) = (one.subject_kind, one.subject_id)
    JOIN notices AS other ON other.role = one.role AND other.kind = 'message'
        AND other.state = 'waiting' AND other.delivery_id IS NULL AND other.reason IS NULL
    JOIN subjects AS others ON (others.kind, others.id) = (other.subject_kind, other.subject_id)
    WHERE one.id = ANY(:due) AND other.id <> ALL(:due) AND others.network = its.network
        AND ((one.role = ANY(:organisation) AND others.organisation_id = its.organisation_id)
          OR (one.role = ANY(:candidate) AND others.candidate_ref = its.candidate_ref)
          OR (one.role = ANY(:unit) AND others.unit = its.unit)
          OR one.role = ANY(:network))""")


def locked(found: SelectOfScalar[Notice]) -> SelectOfScalar[Notice]:
    """Lock notices in the order of their ids, and read them as they are now."""
    ordered = found.order_by(None).order_by(col(Notice.id)).with_for_update()
    return ordered.execution_options(populate_existing=True)


OF_SUBJECT = (Notice.subject_kind == bindparam("kind")) & (Notice.subject_id == bindparam("id"))
OPEN_NOTICES = locked(select(Notice).where(OF_SUBJECT, col(Notice.state).in_(OPEN)))


async def notices(
    tx: Tx, caller: Caller, network: str, state: str | None, after: UUID | None, limit: int
) -> Sequence[tuple[Notice, Delivery | None]]:
    """Give a network's notices in the order of their ids; a caseworker those of her unit."""
    found = select(Notice, Delivery).outerjoin(Delivery).where(Notice.network == network)
    if caller.role != "coordinator":
        found = found.where(Notice.unit == caller.unit)
    if state:
        found = found.where(Notice.state == state)
    if after:
        found = found.where(col(Notice.id) > after)
    return (await tx.exec(found.order_by(col(Notice.id)).limit(limit))).all()


async def notice_for(tx: Tx, caller: Caller, network: str, notice_id: UUID) -> Notice:
    found = await tx.get(Notice, notice_id)
    if not found or found.network != network or not may_see(caller.role, caller.unit, found.unit):
        raise NotFound
    return found


async def notice_locked(tx: Tx, notice_id: UUID) -> Notice:
    return (await tx.exec(locked(select(Notice).where(Notice.id == notice_id)))).one()


async def open_notices(tx: Tx, subject: Subject) -> Sequence[Notice]:
    """Lock a subject's notices that aren't over."""
    found = await tx.exec(OPEN_NOTICES, params={"kind": subject.kind, "id": subject.id})
    return [one for one in found.all() if one.rule in RULES]


async def late_tasks(tx: Tx, today: date) -> Sequence[Notice]:
    """Lock tasks whose answer would come too late; what the municipality has to do stays."""
    here = select(Notice).where(
        Notice.kind == "task",
        col(Notice.act_by) < today,
        col(Notice.state).in_(OPEN),
        col(Notice.rule).in_(EXPIRING),
    )
    return (await tx.exec(locked(here))).all()


async def forgotten_ones(tx: Tx, today: date) -> Sequence[Notice]:
    """Lock what has waited for so long that not even its link would live any more."""
    last = func.greatest(func.coalesce(Notice.act_by, Notice.opened_on), Notice.opened_on)
    here = select(Notice).where(
        Notice.state == "waiting",
        col(Notice.opened_on) <= today - LINK_LIVES,
        last <= today - LINK_LIVES,
    )
    return (await tx.exec(locked(here.limit(MOST_A_ROUND)))).all()


async def to_release(tx: Tx, now: datetime | None) -> Sequence[Notice]:
    """Lock notices without a mail; only those that needn't wait longer, unless now is None.

    Those of rules that this release doesn't know wait for one that does.
    """
    here = select(Notice).where(
        Notice.state == "waiting",
        col(Notice.delivery_id).is_(None),
        col(Notice.rule).in_(RULES),
    )
    if now:
        here = here.where(Notice.held_until <= now).limit(MOST_A_ROUND)
    here = here.order_by(col(Notice.id)).with_for_update(skip_locked=now is not None)
    return (await tx.exec(here.execution_options(populate_existing=True))).all()


async def companions(tx: Tx, due: Sequence[Notice]) -> Sequence[Notice]:
    """Lock messages that are held yet, for those whom a message goes to now."""
    messages = [notice.id for notice in due if notice.kind == "message"]
    if not messages:
        return []
    found = await (await tx.connection()).execute(COMPANIONS, {"due": messages} | {**BY_CIRCLE})
    here = select(Notice).where(col(Notice.id).in_([one for (one,) in found]))
    return (await tx.exec(locked(here))).all()


async def what_is_known(tx: Tx, notice: Notice) -> tuple[Subject, Heard]:
    """Give what was heard of a notice's aggregate, and of her whom it is about."""
    subject = await tx.get_one(Subject, (notice.subject_kind, notice.subject_id))
    ref = subject.candidate_ref
    of_her = await tx.get(Subject, ("candidate", ref)) if ref else None
    return subject, of_her.heard if of_her else {}


async def told_otherwise(tx: Tx, notice: Notice) -> Sequence[Notice]:
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
