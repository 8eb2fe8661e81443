"""Notices over HTTP: what goes out, what waits and why, and what a person has to settle."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter

from notifications import queries
from notifications.commands import settlement as commands
from notifications.models import Delivery, Notice
from notifications.rules.access import STAFF, check_staff
from notifications.rules.notice import NOTICE, is_overdue
from notifications.rules.notices import RULES
from shared.database import Tx
from shared.http.access import Calling
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.paging import Paged
from shared.http.requests import ActDay, Body, Standing, View, happened, standing
from shared.time import clock

State = Literal["waiting", "sent", "failed", "uncertain", "acted", "expired", "cancelled"]

router = APIRouter(
    prefix="/networks/{network}/notices", tags=["notices"], route_class=IdempotentRoute
)


class NoticeView(Standing):
    """A notice without its recipient; `reason` is a code, `why` the last answer of the server.

    `instead_of` names what a member of the staff tells her, since no mail could.
    """

    notice_id: UUID
    template: str
    kind: Literal["task", "message"]
    role: str
    about: str
    subject_id: UUID
    unit: str | None
    reason: str | None
    tries: int
    why: str | None
    settled_on: date | None
    overdue: bool
    instead_of: str | None


class NoticesView(View):
    """One page; `next` is where the next one begins, null on the last."""

    notices: list[NoticeView]
    next: UUID | None


class NewSettlement(Body):
    """What a person says: of a mail that may not have come, or that she was told by somebody."""

    decision: Literal["send_again", "leave", "told"]
    settled_on: ActDay = None


def view_notice(notice: Notice, mail: Delivery | None, today: date) -> NoticeView:
    where = standing(NOTICE, notice, notice.act_by)
    if notice.settled_on or (notice.kind == "message" and notice.state == "sent"):
        where |= {"owner": None, "next_action": None}
    return NoticeView(
        **where,
        **notice.model_dump(include={"template", "kind", "role", "unit", "reason", "settled_on"}),
        notice_id=notice.id,
        about=notice.subject_kind,
        subject_id=notice.subject_id,
        tries=mail.tries if mail else 0,
        why=mail.why if mail else None,
        overdue=is_overdue(notice.kind, notice.state, notice.act_by, today),
        instead_of=of.template if (of := RULES.get(notice.rule)) and notice.instead else None,
    )


@router.get("", openapi_extra=may(STAFF))
async def list_notices(
    caller: Calling,
    network: str,
    tx: Tx,
    asked: Paged,
    state: State | None = None,
) -> NoticesView:
    """Give a network's notices: to its coordinators all, to a caseworker her unit's."""
    check_staff(caller)
    found = await queries.notices(tx, caller, network, state, asked)
    page, following = asked.cut(found, lambda row: row[0].id)
    today = await clock.today(tx)
    return NoticesView(notices=[view_notice(*one, today) for one in page], next=following)


@router.post("/{notice_id}/settlement", status_code=201, openapi_extra=may(STAFF))
async def settle(
    notice_id: UUID, new: NewSettlement, caller: Calling, network: str, tx: Tx
) -> NoticeView:
    """Settle a mail that may or may not have come, or say that somebody told her."""
    on = await happened(tx, new.settled_on, "settled_on")
    notice, mail = await commands.settle(tx, caller, network, notice_id, new.decision, on)
    return view_notice(notice, mail, await clock.today(tx))
