"""Recipients: who is told a notice, and who else was."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select

from notifications.models import Notice, Recipient, Subject
from notifications.rules.notices import CIRCLES
from shared.database import Tx

TOLD = ("waiting", "sent", "uncertain", "acted")
SAME = ("subject_kind", "subject_id", "rule", "role", "stream", "version")
TOLD_ALREADY = select(col(Notice.recipient_id)).where(
    *(getattr(Notice, name) == bindparam(name) for name in SAME),
    col(Notice.id) != bindparam("id"),
    col(Notice.recipient_id).is_not(None),
    col(Notice.state).in_(TOLD),
)


async def recipients(tx: Tx, notice: Notice, subject: Subject) -> Sequence[Recipient]:
    """Give those in the notice's role who can be told: of the organisation, the unit, all, or she.

    Whatever isn't known of the aggregate finds nobody. A decider who sits where caseworkers sit
    decides for that unit, any other for all.
    """
    here = select(Recipient).where(
        Recipient.role == notice.role, col(Recipient.sealed).is_not(None)
    )
    circle = CIRCLES[notice.role]
    if circle in {"unit", "network"}:  # a contact speaks for her organisation in all networks
        here = here.where(Recipient.network == subject.network)
    if circle == "organisation":
        here = here.where(Recipient.of == str(subject.organisation_id))
    elif circle == "unit":
        here = here.where(Recipient.of == subject.unit)
    elif circle == "candidate":
        here = here.where(Recipient.id == subject.candidate_ref)
    if notice.role == "decider" and subject.unit:
        here = here.where(or_(Recipient.of == subject.unit, ~of_a_unit(subject.network)))
    return (await tx.exec(here.order_by(col(Recipient.id)))).all()


def of_a_unit(network: str) -> ColumnElement[bool]:
    """Tell a recipient who sits where the network has caseworkers."""
    one = aliased(Recipient)
    here = (one.role == "caseworker") & (one.network == network)
    return col(Recipient.of).in_(select(one.of).where(here))


async def told_already(tx: Tx, notice: Notice) -> Sequence[UUID]:
    """Give who else was, or is being, told the same for the same event."""
    found = await tx.exec(TOLD_ALREADY, params=notice.model_dump(include={*SAME, "id"}))
    return [one for one in found.all() if one]
