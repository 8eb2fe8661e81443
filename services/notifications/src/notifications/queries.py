"""What notifications can be asked."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications.models import Delivery, Notice, Recipient, Subject
from notifications.rules.notice import OPEN, may_see
from notifications.rules.notices import CIRCLES, RULES
from notifications.rules.subjects import Heard
from shared.access import Caller
from shared.database import Tx
from shared.machines import NotFound

MOST_A_ROUND = 500
TOLD = ("waiting", "sent", "uncertain", "acted")


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


async def open_notices(tx: Tx, subject: Subject) -> Sequence[Notice]:
    """Lock a subject's notices that aren't over."""
    here = select(Notice).where(
        Notice.subject_kind == subject.kind,
        Notice.subject_id == subject.id,
        col(Notice.state).in_(OPEN),
        col(Notice.rule).in_(RULES),
    )
    return (await tx.exec(locked(here))).all()


async def late_tasks(tx: Tx, today: date) -> Sequence[Notice]:
    here = select(Notice).where(
        Notice.kind == "task", col(Notice.act_by) < today, col(Notice.state).in_(OPEN)
    )
    return (await tx.exec(locked(here))).all()


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


async def what_is_known(tx: Tx, notice: Notice) -> tuple[Subject, Heard]:
    """Give what was heard of a notice's aggregate, and of her whom it is about."""
    subject = await tx.get_one(Subject, (notice.subject_kind, notice.subject_id))
    ref = subject.candidate_ref
    of_her = await tx.get(Subject, ("candidate", ref)) if ref else None
    return subject, of_her.heard if of_her else {}


async def hold_subjects(tx: Tx, delivery_id: UUID, *, alone: bool = False) -> None:
    """See to it that nothing more is heard, until we end, of what a mail's notices are about."""
    theirs = select(Notice.subject_kind, Notice.subject_id).where(Notice.delivery_id == delivery_id)
    match = aliased(Subject)
    refs = select(col(match.candidate_ref)).where(tuple_(match.kind, match.id).in_(theirs))
    her = (col(Subject.kind) == "candidate") & col(Subject.id).in_(refs)
    held = select(Subject).where(tuple_(Subject.kind, Subject.id).in_(theirs) | her)
    held = held.order_by(col(Subject.kind), col(Subject.id)).with_for_update(read=not alone)
    await tx.exec(held.execution_options(populate_existing=True))


async def recipients(tx: Tx, notice: Notice, subject: Subject) -> Sequence[Recipient]:
    """Give those in the notice's role who can be told: of the organisation, the unit, all, or she.

    Whatever isn't known of the aggregate finds nobody.
    """
    here = select(Recipient).where(
        Recipient.role == notice.role,
        Recipient.network == subject.network,
        col(Recipient.sealed).is_not(None),
    )
    circle = CIRCLES[notice.role]
    if circle == "organisation":
        here = here.where(Recipient.of == str(subject.organisation_id))
    elif circle == "unit":
        here = here.where(Recipient.of == subject.unit)
    elif circle == "candidate":
        here = here.where(Recipient.id == subject.candidate_ref)
    return (await tx.exec(here.order_by(col(Recipient.id)))).all()


async def told_already(tx: Tx, notice: Notice) -> Sequence[UUID]:
    """Give who else was, or is being, told the same for the same event."""
    here = select(col(Notice.recipient_id)).where(
        Notice.subject_kind == notice.subject_kind,
        Notice.subject_id == notice.subject_id,
        Notice.rule == notice.rule,
        Notice.role == notice.role,
        (Notice.stream == notice.stream) & (Notice.version == notice.version),
        Notice.id != notice.id,
        col(Notice.recipient_id).is_not(None),
        col(Notice.state).in_(TOLD),
    )
    return [found for found in (await tx.exec(here)).all() if found]


async def next_mail(tx: Tx, now: datetime) -> Delivery | None:
    """Lock the mail that has been due longest; one that another sender looks at is passed over."""
    here = (
        select(Delivery)
        .where(Delivery.state == "waiting", Delivery.next_try_at <= now)
        .order_by(col(Delivery.next_try_at), col(Delivery.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await tx.exec(here)).one_or_none()


async def mail(tx: Tx, delivery_id: UUID) -> Delivery:
    return await tx.get_one(Delivery, delivery_id, with_for_update=True)


async def mails_claimed_before(tx: Tx, moment: datetime) -> Sequence[Delivery]:
    here = select(Delivery).where(
        or_(Delivery.state == "claimed", Delivery.state == "handed_over"),
        col(Delivery.claimed_at) < moment,
    )
    return (await tx.exec(here.with_for_update(skip_locked=True))).all()


async def notices_in(tx: Tx, delivery_id: UUID) -> Sequence[Notice]:
    """Lock the notices in a mail."""
    return (await tx.exec(locked(select(Notice).where(Notice.delivery_id == delivery_id)))).all()


def locked(found: SelectOfScalar[Notice]) -> SelectOfScalar[Notice]:
    """Lock notices in the order of their ids, and read them as they are now."""
    ordered = found.order_by(None).order_by(col(Notice.id)).with_for_update()
    return ordered.execution_options(populate_existing=True)


async def notice_sent(tx: Tx, notice_id: UUID) -> tuple[Notice, Recipient] | None:
    """Give a notice with whom it went to; None once she is forgotten."""
    here = select(Notice, Recipient).where(
        Notice.id == notice_id, Notice.recipient_id == Recipient.id
    )
    return (await tx.exec(here)).one_or_none()
