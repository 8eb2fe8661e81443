"""Releasing: a notice gets its recipients, and becomes part of a mail."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, update

from notifications import queries
from notifications.commands.notice import ENDS, NAMES, add, asked, step
from notifications.models import Delivery, Notice, Recipient, Subject
from notifications.rules.notice import HELD, readiness
from notifications.rules.notices import INSTEAD, RULES, instead_of
from notifications.settings import Settings
from shared.database import Tx
from shared.savepoints import by_itself
from shared.time import clock

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7071091)")
MOST_TOGETHER = 50  # messages in a mail: more would be too large for servers, and for her
IF_ALONE = text("SELECT pg_try_advisory_xact_lock(7071091)")


async def dispatch_due(tx: Tx, _: date) -> int:
    """Release what needn't wait longer; all, where the day is set by hand, for hours pass so."""
    return await (dispatch_all if tx.settings.clock == "manual" else dispatch)(tx, clock.now())


async def dispatch(tx: Tx, now: datetime) -> int:
    """Release what needn't wait any longer, unless another replica does so; give how many."""
    if not await (await tx.connection()).scalar(IF_ALONE):
        return 0
    due = await queries.lock_due(tx, now)
    return await dispatched(tx, [*due, *await queries.lock_companions(tx, due)], now, ripe=False)


async def dispatch_all(tx: Tx, now: datetime) -> int:
    """Release all that waits, held or not: the day was set by hand, and hours pass with it."""
    await (await tx.connection()).execute(ONE_AT_A_TIME)
    return await dispatched(tx, await queries.lock_due(tx, None), now, ripe=True)


async def dispatched(tx: Tx, found: Sequence[UUID], now: datetime, *, ripe: bool) -> int:
    """Release notices, each by itself; give how many are on their way to somebody."""
    ready: list[Notice] = []
    for notice_id in found:
        act = partial(dispatch_one, tx, notice_id, ready, now, ripe=ripe)
        if not await by_itself(tx, "notices", notice_id, "", act):
            await postpone(tx, [notice_id], now)
    await make_mails(tx, ready, now)
    return len(ready)


async def dispatch_one(
    tx: Tx, notice_id: UUID, ready: list[Notice], now: datetime, *, ripe: bool
) -> None:
    notice = await tx.get_one(Notice, notice_id, populate_existing=True)
    found = await addressed(tx, notice, now, ripe=ripe)
    await tx.flush()  # what can't be stored fails here, by itself
    ready += found


async def postpone(tx: Tx, notice_ids: Sequence[UUID], now: datetime) -> None:
    """Let the others go first, while something is amiss with these."""
    settings = tx.own(Settings)
    then = now + timedelta(seconds=settings.retry_seconds)
    here = update(Notice).where(col(Notice.id).in_(notice_ids)).values(held_until=then)
    await tx.exec(here.execution_options(synchronize_session=False))


async def addressed(tx: Tx, notice: Notice, now: datetime, *, ripe: bool) -> list[Notice]:
    """Give a notice to each recipient who can be told now; none while we don't know."""
    rule, (subject, of_candidate) = RULES[notice.rule], await queries.what_is_known(tx, notice)
    notice.network, notice.unit = subject.network, subject.unit
    today = await clock.today(tx)
    is_now = readiness(rule, notice.role, asked(notice), subject.heard, of_candidate, today)
    if by := ENDS.get(is_now):
        await step(tx, notice, by, today)
        return []
    if is_now == "wait" or await queries.parked_of(tx, [subject]):
        hold(notice, "not_yet_known", now)
        return []
    told = await queries.told_already(tx, notice)
    people = [p for p in await queries.recipients(tx, notice, subject) if p.id not in told]
    if people:
        parked = await queries.parked_of(tx, [], [person.id for person in people])
        if known := [person for person in people if str(person.id) not in parked]:
            return await given_to(tx, notice, known)
        hold(notice, "not_yet_known", now)
        return []
    if told:
        await cancel(tx, notice, "others_told")
        return []
    return await without_anybody(tx, notice, subject, now, ripe=ripe)


def hold(notice: Notice, reason: str, now: datetime) -> None:
    first = notice.requested_at + HELD
    notice.reason, notice.held_until = reason, first if first > now else now + HELD


async def cancel(tx: Tx, notice: Notice, reason: str) -> None:
    notice.reason = reason
    await step(tx, notice, "cancel", await clock.today(tx))


async def given_to(tx: Tx, notice: Notice, people: Sequence[Recipient]) -> list[Notice]:
    """Make one notice for each; the first keeps the one that was asked for."""
    notice.recipient_id, notice.reason = people[0].id, None
    tx.add(notice)
    more = [copied(notice, f"{person.id}", recipient_id=person.id) for person in people[1:]]
    return [notice, *[one for one in more if await add(tx, one)]]


def copied(notice: Notice, name: str, **differs: object) -> Notice:
    new = {"id": uuid5(NAMES, f"{notice.id} {name}"), "owed": None}
    facts = notice.model_dump() | new | differs
    return Notice(**facts)


async def without_anybody(
    tx: Tx, notice: Notice, subject: Subject, now: datetime, *, ripe: bool
) -> list[Notice]:
    """Wait for somebody to be named; then ask the staff to tell her in another way."""
    role = instead_of(notice.role, subject.unit)
    if role is None or not (ripe or now >= notice.requested_at + HELD):
        hold(notice, "no_recipient", now)
        return []
    await cancel(tx, notice, "no_recipient")
    if RULES[notice.rule].besides and not notice.instead:
        return []
    return await told_by_staff(tx, notice, role, now, ripe=ripe)


async def told_by_staff(
    tx: Tx, notice: Notice, role: str, now: datetime, *, ripe: bool = False
) -> list[Notice]:
    """Ask the staff in a role to tell what can't be told by mail."""
    fresh = dict.fromkeys(("reason", "recipient_id", "delivery_id"))
    words = {"role": role, "template": INSTEAD, "instead": True, "kind": "task"}
    instead = copied(notice, role, **fresh, **words, state="waiting", held_until=now)
    if not await add(tx, instead):
        return []
    return await addressed(tx, instead, now, ripe=ripe)


async def fail(tx: Tx, notice: Notice, ground: str, today: date, now: datetime) -> None:
    """Note that no mail could tell it; ask the staff to, unless a colleague of hers was told."""
    await step(tx, notice, "fail", today, ground=ground)
    role = instead_of(notice.role, notice.unit)
    if notice.state == "failed" and role and not await queries.told_already(tx, notice):
        await make_mails(tx, await told_by_staff(tx, notice, role, now), now)


async def make_mails(tx: Tx, ready: Iterable[Notice], now: datetime) -> None:
    """Put a task into a mail of its own, and a network's messages to one recipient together."""
    mails: defaultdict[object, list[Notice]] = defaultdict(list)
    for notice in ready:
        together = notice.recipient_id, notice.network  # a mail has one sender, and one settles it
        mails[notice.id if notice.kind == "task" else together].append(notice)
    for inside in mails.values():
        for first in range(0, len(inside), MOST_TOGETHER):
            some = inside[first : first + MOST_TOGETHER]
            ids, act = [notice.id for notice in some], partial(make_mail, tx, some, now)
            if not await by_itself(tx, "notices", ids[0], some[0].network, act):
                await postpone(tx, ids, now)


async def make_mail(tx: Tx, inside: Sequence[Notice], now: datetime) -> None:
    """Make the mail, or use again the one with the same notices that never went out."""
    names = " ".join(sorted(str(notice.id) for notice in inside))
    recipient = inside[0].recipient_id
    assert recipient is not None  # noqa: S101 - whoever calls has found her
    mail_id = uuid5(NAMES, f"{recipient} {names}")
    again = {"state": "waiting", "next_try_at": now}
    new = insert(Delivery).values(id=mail_id, recipient_id=recipient, tries=0, **again)
    known = new.on_conflict_do_update(index_elements=["id"], set_=again)
    await (await tx.connection()).execute(known)
    for notice in inside:
        notice.delivery_id, notice.reason = mail_id, None
        tx.add(notice)
