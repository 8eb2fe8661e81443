"""Settlements: what a person says of a mail that failed, may be lost, or was told by mouth."""

from datetime import date
from functools import partial
from uuid import UUID

from jobbpakten_events.notification import NoticeActed
from notifications import queries
from notifications.commands.notice import step, tell_of_notice
from notifications.models import Delivery, Notice
from notifications.rules.access import check_staff
from notifications.rules.notice import NOTICE, may_be_told
from shared.database import Tx
from shared.http.access import Caller
from shared.machines import NotAllowed, check_order
from shared.savepoints import by_itself
from shared.time import clock

Settled = tuple[Notice, Delivery | None]


async def settle(
    tx: Tx, caller: Caller, network: str, notice_id: UUID, decision: str, on: date
) -> Settled:
    """Settle a notice: send its mail again, leave it, or say that she was told."""
    check_staff(caller)
    NOTICE.check_role(decision, caller.role)
    found = await queries.notice_for(tx, caller, network, notice_id)
    mail = await queries.lock_mail(tx, found.delivery_id) if found.delivery_id else None
    if decision == "told":
        return await was_told(tx, caller, await queries.lock_notice(tx, notice_id), on), mail
    if mail is None and found.state == "uncertain":  # since a restore: its mail isn't known
        notice = await queries.lock_notice(tx, notice_id)
        check_order(on, notice.since)
        await settle_one(tx, caller, notice, decision, on)
        notice.held_until = clock.now()
        return notice, None
    if mail is None:
        raise NotAllowed("wrong_state", "It was never handed to a mail server.")
    return await settle_mail(tx, caller, notice_id, mail, decision, on), mail


async def was_told(tx: Tx, caller: Caller, notice: Notice, on: date) -> Notice:
    """End what the staff told, and what it was told instead of; a task is ended by its act."""
    end = NOTICE.step(notice.state, "told", caller.role)
    if not may_be_told(notice.state, notice.kind, instead=notice.instead):
        raise NotAllowed("wrong_state", "Only what was told by somebody of the staff ends so.")
    check_order(on, notice.since)
    for failed in await queries.lock_told_otherwise(tx, notice) if notice.instead else ():
        act = partial(end_failed, tx, failed, end, on)
        await by_itself(tx, "notices", failed.id, failed.network, act)
    await end_as_told(tx, notice, end, on)
    return notice


async def end_failed(tx: Tx, failed: Notice, end: str, on: date) -> None:
    """Settle what no mail could tell: a message is over with it, a task by its act alone."""
    failed.settled_on = on
    tx.add(failed)
    if failed.kind == "message":
        await end_as_told(tx, failed, end, on)


async def end_as_told(tx: Tx, notice: Notice, end: str, on: date) -> None:
    notice.state, notice.since, notice.settled_on = end, max(on, notice.since), on
    tx.add(notice)
    await tell_of_notice(tx, notice, NoticeActed, on)


async def settle_mail(
    tx: Tx, caller: Caller, notice_id: UUID, mail: Delivery, decision: str, on: date
) -> Notice:
    """Settle a mail of which nobody knows whether it came; with all notices that lay in it.

    The one that was named has to be settled; another that can't be stays uncertain.
    """
    inside = {notice.id: notice for notice in await queries.lock_notices_in(tx, mail.id)}
    check_order(on, inside[notice_id].since)
    NOTICE.step(inside[notice_id].state, decision, caller.role)
    named, others = inside.pop(notice_id), [*inside.values()]
    await settle_one(tx, caller, named, decision, on)
    for other in [one for one in others if one.state == "uncertain"]:
        act = partial(settle_one, tx, caller, other, decision, on)
        await by_itself(tx, "notices", other.id, other.network, act)
    if decision == "send_again":
        mail.state, mail.tries, mail.first_try_at = "waiting", 0, None
        mail.next_try_at, mail.ended_at = clock.now(), None
        tx.add(mail)
    return named


async def settle_one(tx: Tx, caller: Caller, notice: Notice, decision: str, on: date) -> None:
    """Settle one; of a message that is left nothing is left to do, a task's act may still come."""
    notice.state = NOTICE.step(notice.state, decision, caller.role)
    notice.since = max(on, notice.since)
    # Sent again it is on its way, and may be lost again: then somebody has to settle it anew.
    notice.settled_on = None if decision == "send_again" else on
    tx.add(notice)
    if decision == "leave" and notice.kind == "message":
        notice.reason = "left"
        await step(tx, notice, "cancel", on)
