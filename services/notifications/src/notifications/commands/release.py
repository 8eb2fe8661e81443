"""Releasing: a notice gets its recipients, and becomes part of a mail."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid5

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from notifications import queries
from notifications.commands.notice import ENDS, NAMES, add, asked, step
from notifications.models import Delivery, Notice, Recipient, Subject
from notifications.rules.notice import HELD, readiness
from notifications.rules.notices import INSTEAD, RULES, instead_of
from shared import clock
from shared.database import Tx

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7071091)")
MOST_TOGETHER = 50  # messages in a mail: more would be too large for servers, and for her
IF_ALONE = text("SELECT pg_try_advisory_xact_lock(7071091)")


async def release(tx: Tx, now: datetime) -> int:
    """Release what needn't wait any longer, unless another replica does so; give how many."""
    if not await (await tx.connection()).scalar(IF_ALONE):
        return 0
    due = await queries.to_release(tx, now)
    return await released(tx, [*due, *await queries.companions(tx, due)], now, ripe=False)


async def release_all(tx: Tx, now: datetime) -> int:
    """Release all that waits, held or not: the day was set by hand, and hours pass with it."""
    await (await tx.connection()).execute(ONE_AT_A_TIME)
    return await released(tx, await queries.to_release(tx, None), now, ripe=True)


async def released(tx: Tx, found: Sequence[Notice], now: datetime, *, ripe: bool) -> int:
    ready: list[Notice] = []
    for notice in found:
        ready += await addressed(tx, notice, now, ripe=ripe)
    await make_mails(tx, ready, now)
    return len(ready)


async def addressed(tx: Tx, notice: Notice, now: datetime, *, ripe: bool) -> list[Notice]:
    """Give a notice to each recipient who can be told now; none while we don't know."""
    rule, (subject, of_her) = RULES[notice.rule], await queries.what_is_known(tx, notice)
    notice.network, notice.unit = subject.network, subject.unit
    today = await clock.today(tx)
    is_now = readiness(rule, notice.role, asked(notice), subject.heard, of_her, today)
    if by := ENDS.get(is_now):
        await step(tx, notice, by, today)
        return []
    if is_now == "wait":
        hold(notice, "not_yet_known", now)
        return []
    told = await queries.told_already(tx, notice)
    people = [p for p in await queries.recipients(tx, notice, subject) if p.id not in told]
    if people:
        return await given_to(tx, notice, people)
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
    facts = notice.model_dump() | {"id": uuid5(NAMES, f"{notice.id} {name}")} | differs
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


async def make_mails(tx: Tx, ready: Iterable[Notice], now: datetime) -> None:
    """Put a task into a mail of its own, and a network's messages to one recipient together."""
    mails: defaultdict[object, list[Notice]] = defaultdict(list)
    for notice in ready:
        together = notice.recipient_id, notice.network  # a mail has one sender, and one settles it
        mails[notice.id if notice.kind == "task" else together].append(notice)
    for inside in mails.values():
        for first in range(0, len(inside), MOST_TOGETHER):
            await make_mail(tx, inside[first : first + MOST_TOGETHER], now)


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
