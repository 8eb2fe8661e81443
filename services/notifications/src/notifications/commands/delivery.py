"""Deliveries: claimed, handed over, and then what became of them. Each is one short transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlmodel import col, update

from notifications import queries
from notifications.channels import Outcome
from notifications.commands.link import link_to
from notifications.commands.notice import ENDS, asked, step
from notifications.commands.recipient import addressee_of
from notifications.commands.release import make_mails, told_by_staff
from notifications.models import Delivery, Notice, Recipient, Subject
from notifications.rules.notice import Readiness, link_ends_before, readiness
from notifications.rules.notices import RULES, instead_of
from notifications.rules.retries import next_try
from notifications.settings import Settings
from notifications.templates import Facts
from shared import clock
from shared.database import Tx
from shared.sealing import Addressee
from shared.vaults import Unreadable


@dataclass(frozen=True, slots=True)
class Part:
    """One notice in a mail, as its template sees it."""

    template: str
    facts: Facts
    link: str | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this sender, and no other, may hand over now."""

    delivery_id: UUID
    claim: UUID
    to: Addressee | None  # None: her address can't be opened
    language: str
    key: bytes | None  # that her address was sealed with: each naming makes a new one
    inside: Sequence[Notice]


GROUNDS = {"refused": "refused", "unsendable": "unsendable", "deferred": "given_up"}


class Overtaken(Exception):
    """The mail isn't ours any more, or there is nothing left to say in it."""


class Unclaimable(Exception):
    """Looking at this mail failed, and would again."""

    def __init__(self, delivery_id: UUID) -> None:
        self.delivery_id = delivery_id


async def claim(tx: Tx, claim_id: UUID, now: datetime) -> Claimed | Literal["nothing", "void"]:
    """Claim the next mail that is due, if it still has something to say to somebody."""
    found = await queries.next_mail(tx, now)
    if found is None:
        return "nothing"
    mail_id = found[0].id
    try:
        return await claimed(tx, *found, claim_id, now)
    except Exception as error:
        raise Unclaimable(mail_id) from error


async def claimed(
    tx: Tx, mail: Delivery, recipient: Recipient | None, claim_id: UUID, now: datetime
) -> Claimed | Literal["void"]:
    found = await as_it_is_now(tx, mail)
    left = await still_to_say(tx, found, recipient)
    if not left or recipient is None:
        mail.state, mail.ended_at = "cancelled", now
        tx.add(mail)
        return "void"
    for notice, _ in found:  # what becomes of the mail isn't told of what it says nothing of
        if notice not in left:
            notice.delivery_id = None
    mail.state, mail.claim, mail.claimed_at = "claimed", claim_id, now
    mail.first_try_at = mail.first_try_at or now
    tx.add(mail)
    settings: Settings = tx.info["settings"]
    try:
        to = addressee_of(settings, recipient)
    except (Unreadable, LookupError, ValueError):
        to = None
    return Claimed(mail.id, claim_id, to, recipient.language, recipient.wrapped_key, left)


async def still_to_say(
    tx: Tx, found: Sequence[tuple[Notice, Readiness | None]], recipient: Recipient | None
) -> list[Notice]:
    """Let go what may not, or need not, go out."""
    left = []
    for notice, is_now in found:
        if is_now is None:
            continue
        if by := ENDS.get(is_now):
            await step(tx, notice, by, await clock.today(tx))
        elif is_now == "wait" or recipient is None or recipient.role != notice.role:
            put_back(notice)
        else:
            left.append(notice)
    return left


async def as_it_is_now(tx: Tx, mail: Delivery) -> list[tuple[Notice, Readiness | None]]:
    """Read a mail's notices anew, and whether each may go out; None for what doesn't wait."""
    held, today = await queries.hold_subjects(tx, mail.id), await clock.today(tx)
    inside = await queries.notices_in(tx, mail.id)
    return [(notice, is_now(notice, held, today)) for notice in inside]


def is_now(
    notice: Notice, held: Mapping[tuple[str, UUID | None], Subject], today: date
) -> Readiness | None:
    if notice.state != "waiting":
        return None
    subject, rule = held[notice.subject_kind, notice.subject_id], RULES.get(notice.rule)
    if rule is None:  # an earlier or a later release's: it waits for one that knows it
        return "wait"
    her = held.get(("candidate", subject.candidate_ref))
    of_her = her.heard if her else {}
    return readiness(rule, notice.role, asked(notice), subject.heard, of_her, today)


def put_back(notice: Notice) -> None:
    """Take a notice out of its mail: it waits for more to be known, or for another recipient."""
    notice.delivery_id = notice.recipient_id = None
    notice.held_until = clock.now()


def part_of(settings: Settings, notice: Notice) -> Part:
    case = notice.subject_id.hex[-8:]  # the first digits of a UUIDv7 are the time
    instead = RULES[notice.rule].template if notice.instead else ""
    facts = Facts(notice.network, case, notice.unit or "", notice.act_by, notice.role, instead)
    if notice.kind != "task":
        return Part(notice.template, facts, None)
    ends = link_ends_before(notice.act_by, notice.opened_on)
    return Part(notice.template, facts, link_to(settings, notice.id, ends))


async def hand_over(tx: Tx, claimed: Claimed, now: datetime) -> None:
    """Record, before the server could deliver it, that it may; Overtaken if it may not any more."""
    mail, recipient = await queries.mail_to(tx, claimed.delivery_id)
    if mail.claim != claimed.claim or mail.state != "claimed":
        raise Overtaken
    if recipient is None or recipient.wrapped_key != claimed.key:
        raise Overtaken
    ready = [found for found in await as_it_is_now(tx, mail) if found[1] == "ready"]
    if len(ready) != len(claimed.inside):
        raise Overtaken
    mail.state, mail.claimed_at = "handed_over", now
    tx.add(mail)


async def settle(tx: Tx, claimed: Claimed, outcome: Outcome, now: datetime) -> None:
    """Record what became of a mail that we claimed; one that was taken from us is left alone."""
    mail = await queries.mail(tx, claimed.delivery_id)
    if mail.claim == claimed.claim:
        await ended(tx, mail, outcome, now)


async def ended(tx: Tx, mail: Delivery, outcome: Outcome, now: datetime) -> None:
    mail.claim, mail.why = None, outcome.why or None
    tx.add(mail)
    if outcome.result == "deferred":
        mail.tries += 1
        settings: Settings = tx.info["settings"]
        wait = timedelta(seconds=settings.retry_seconds)
        if again := next_try(mail.first_try_at or now, mail.tries, now, wait):
            mail.state, mail.next_try_at = "waiting", again
            return
    mail.ended_at = now
    if outcome.result in {"accepted", "uncertain"}:
        mail.state = outcome.result
        await told_so(tx, mail, "send" if outcome.result == "accepted" else "doubt")
    else:
        mail.state = "failed"
        await failed(tx, mail, GROUNDS[outcome.result], now)


async def told_so(tx: Tx, mail: Delivery, by: str) -> None:
    today = await clock.today(tx)
    for notice in await queries.notices_in(tx, mail.id):
        await step(tx, notice, by, today)


async def failed(tx: Tx, mail: Delivery, ground: str, now: datetime) -> None:
    today = await clock.today(tx)
    await queries.hold_subjects(tx, mail.id, alone=True)  # of two that fail, one is the last
    for notice in await queries.notices_in(tx, mail.id):
        await step(tx, notice, "fail", today, ground=ground)
        await told_otherwise(tx, notice, now)


async def let_go(tx: Tx, claimed: Claimed, now: datetime) -> None:
    """Give a claimed mail back that wasn't handed over; it is looked at anew."""
    mail = await queries.mail(tx, claimed.delivery_id)
    if mail.claim == claimed.claim and mail.state == "claimed":
        mail.state, mail.claim, mail.next_try_at = "waiting", None, now
        tx.add(mail)


async def postpone(tx: Tx, delivery_id: UUID, now: datetime) -> None:
    """Let the others go first, while a mail can't even be looked at."""
    settings: Settings = tx.info["settings"]
    then = now + timedelta(seconds=settings.retry_seconds)
    here = (col(Delivery.id) == delivery_id) & (col(Delivery.state) == "waiting")
    await tx.exec(update(Delivery).where(here).values(next_try_at=then))


async def told_otherwise(tx: Tx, notice: Notice, now: datetime) -> None:
    """Ask the staff to tell what no mail could, unless a colleague of hers was told."""
    role = instead_of(notice.role, notice.unit)
    if notice.state == "failed" and role and not await queries.told_already(tx, notice):
        await make_mails(tx, await told_by_staff(tx, notice, role, now), now)


async def recover(tx: Tx, now: datetime) -> int:
    """Take mails from senders that are gone: back, or uncertain if handed over."""
    settings: Settings = tx.info["settings"]
    patience = timedelta(seconds=settings.claim_seconds)
    lost = await queries.mails_claimed_before(tx, now - patience)
    for mail in lost:
        if mail.state == "claimed":
            mail.state, mail.claim, mail.next_try_at = "waiting", None, now
            tx.add(mail)
        else:
            await ended(tx, mail, Outcome("uncertain", "sender gone"), now)
    return len(lost)
