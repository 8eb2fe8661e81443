"""Mails: the next one, whom it goes to, and what lies in it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications.models import Delivery, Notice, Recipient, Subject
from notifications.queries.notice import locked
from shared.database import Tx
from shared.messaging.kafka import heard_by


def about_mail(*, alone: bool) -> SelectOfScalar[Subject]:
    """Select, to lock it, what a mail's notices are about, and her whom that is about."""
    inside = select(Notice.subject_kind, Notice.subject_id).where(Notice.delivery_id == MAIL)
    match = aliased(Subject)
    refs = select(col(match.candidate_ref)).where(tuple_(match.kind, match.id).in_(inside))
    candidates = (col(Subject.kind) == "candidate") & col(Subject.id).in_(refs)
    held = select(Subject).where(tuple_(Subject.kind, Subject.id).in_(inside) | candidates)
    held = held.order_by(col(Subject.kind), col(Subject.id)).with_for_update(read=not alone)
    return held.execution_options(populate_existing=True)


# Built once, for each event and each mail asks them: to build one costs more than to run it.
MAIL: Any = bindparam("mail", type_=Uuid())
SUBJECTS, SUBJECTS_ALONE = about_mail(alone=False), about_mail(alone=True)
WITH_RECIPIENT = select(Delivery, Recipient).outerjoin(
    Recipient, col(Delivery.recipient_id) == Recipient.id
)
# By the topic too: the index that finds them begins with it.
PARKED = text("SELECT DISTINCT key FROM parked WHERE topic = ANY(:topics) AND key = ANY(:keys)")
HEARD = sorted(heard_by("notifications"))
MAIL_TO = WITH_RECIPIENT.where(Delivery.id == MAIL).with_for_update(of=Delivery)
NEXT_MAIL = (
    select(Delivery.id)
    .where(Delivery.state == "waiting", col(Delivery.next_try_at) <= bindparam("now"))
    .order_by(col(Delivery.next_try_at), col(Delivery.id))
    .limit(1)
    .with_for_update(skip_locked=True)
)
NOTICES_IN = locked(select(Notice).where(Notice.delivery_id == MAIL))


async def lock_subjects(
    tx: Tx, delivery_id: UUID, *, alone: bool = False
) -> Mapping[tuple[str, UUID | None], Subject]:
    """See to it that nothing more is heard, until we end, of what a mail's notices are about."""
    held = SUBJECTS_ALONE if alone else SUBJECTS
    found = (await tx.exec(held, params={"mail": delivery_id})).all()
    return {(one.kind, one.id): one for one in found}


def keys_of(subject: Subject) -> set[str]:
    """Name the streams of a subject, and of the candidate whom it is about."""
    ref = {str(subject.candidate_ref)} if subject.candidate_ref else set()
    return {str(subject.id), *ref, *(key for told in subject.heard.values() for key in told)}


async def parked_of(
    tx: Tx, subjects: Iterable[Subject], recipients: Iterable[UUID] = ()
) -> set[str]:
    """Give the streams of subjects and recipients of which something is parked.

    What they are now isn't known, and unknown is never yes.
    """
    named = set[str]().union(*map(keys_of, subjects)) | {*map(str, recipients)}
    about = {"topics": HEARD, "keys": sorted(named)}
    found = await (await tx.connection()).execute(PARKED, about)
    return {key for (key,) in found}


async def lock_next_mail(tx: Tx, now: datetime) -> UUID | None:
    """Lock the mail that has been due longest; one that another sender looks at is passed over.

    It is only named: a row that can't be read fails by itself.
    """
    return (await tx.exec(NEXT_MAIL, params={"now": now})).one_or_none()


async def lock_mail(tx: Tx, delivery_id: UUID) -> Delivery:
    return await tx.get_one(Delivery, delivery_id, with_for_update=True)


async def lock_mail_to(tx: Tx, delivery_id: UUID) -> tuple[Delivery, Recipient | None]:
    """Lock a mail; give it with whom it goes to, None once she is forgotten."""
    return (await tx.exec(MAIL_TO, params={"mail": delivery_id})).one()


async def lock_mails_claimed_before(tx: Tx, moment: datetime) -> Sequence[UUID]:
    here = select(Delivery.id).where(
        or_(Delivery.state == "claimed", Delivery.state == "handed_over"),
        col(Delivery.claimed_at) < moment,
    )
    return (await tx.exec(here.with_for_update(skip_locked=True))).all()


async def lock_notices_in(tx: Tx, delivery_id: UUID) -> Sequence[Notice]:
    """Lock the notices in a mail."""
    return (await tx.exec(NOTICES_IN, params={"mail": delivery_id})).all()
