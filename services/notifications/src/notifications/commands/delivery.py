"""Deliveries: claimed, handed over, and then what became of them. Each is one short transaction."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal
from uuid import UUID

from sqlmodel import col, update

from notifications import queries
from notifications.channels import Outcome
from notifications.commands.dispatch import fail, make_mail
from notifications.commands.notice import ENDS, asked, owe, step
from notifications.commands.parts import can_be_written
from notifications.commands.recipient import addressee_of
from notifications.models import Delivery, Notice, Recipient, Subject
from notifications.rules.notice import Readiness, readiness
from notifications.rules.notices import RULES
from notifications.rules.retries import next_try
from notifications.settings import Settings
from shared.database import Tx
from shared.people.sealing import Addressee
from shared.people.vaults import Unreadable
from shared.savepoints import by_itself
from shared.time import clock


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this sender, and no other, may hand over now."""

    delivery_id: UUID
    claim: UUID
    to: Addressee | None  # None: her address can't be opened
    language: str
    key: bytes | None  # that her address was sealed with: each naming makes a new one
    inside: Sequence[Notice]


Held = Mapping[tuple[str, UUID | None], Subject]
Found = Sequence[tuple[Notice, Readiness | None]]
GROUNDS = {"refused": "refused", "unsendable": "unsendable", "deferred": "given_up"}


class Overtaken(Exception):
    """The mail isn't ours any more, or there is nothing left to say in it."""


class Unclaimable(Exception):
    """Looking at this mail failed, and would again."""

    def __init__(self, delivery_id: UUID) -> None:
        self.delivery_id = delivery_id


async def claim(tx: Tx, claim_id: UUID, now: datetime) -> Claimed | Literal["nothing", "void"]:
    """Claim the next mail that is due, if it still has something to say to somebody."""
    mail_id = await queries.lock_next_mail(tx, now)
    if mail_id is None:
        return "nothing"
    undone = tx.undone
    with undone.thing("mails", mail_id):
        return await claimed(tx, *await queries.lock_mail_to(tx, mail_id), claim_id, now)
    raise Unclaimable(mail_id)


async def claimed(
    tx: Tx, mail: Delivery, recipient: Recipient | None, claim_id: UUID, now: datetime
) -> Claimed | Literal["void"]:
    found = await as_it_is_now(tx, mail)
    left = await still_to_say(tx, found, recipient, now)
    if recipient and len(left) > 1:
        left = await written_together(tx, left, recipient, now)
    if not left or recipient is None:
        mail.state, mail.ended_at = "cancelled", now
        tx.add(mail)
        return "void"
    for notice, _ in found:  # what becomes of the mail isn't told of what it says nothing of
        if notice not in left and notice.delivery_id == mail.id:
            notice.delivery_id = None
    mail.state, mail.claim, mail.claimed_at = "claimed", claim_id, now
    mail.first_try_at = mail.first_try_at or now
    tx.add(mail)
    settings = tx.own(Settings)
    try:
        to = addressee_of(settings, recipient)
    except (Unreadable, LookupError, ValueError):
        to = None
    return Claimed(mail.id, claim_id, to, recipient.language, recipient.wrapped_key, left)


async def still_to_say(
    tx: Tx, found: Found, recipient: Recipient | None, now: datetime
) -> list[Notice]:
    """Let go what may not, or need not, go out."""
    left = []
    for notice, is_now in found:
        if is_now is None:
            continue
        if by := ENDS.get(is_now):
            act = partial(step, tx, notice, by, await clock.today(tx))
            if not await by_itself(tx, "notices", notice.id, notice.network, act):
                await tx.refresh(notice)
                put_back(notice, now)
        elif recipient is None or recipient.role != notice.role:
            put_back(notice, now)
        elif is_now == "wait":
            put_back(notice, now + timedelta(seconds=tx.own(Settings).retry_seconds))
        else:
            left.append(notice)
    return left


async def written_together(
    tx: Tx, notices: Sequence[Notice], recipient: Recipient, now: datetime
) -> list[Notice]:
    """Give those that one mail can be written of; each other goes, and fails, in its own."""
    known = tx.own(Settings), tx.networks
    together = [one for one in notices if can_be_written(*known, one, recipient.language)]
    for notice in notices:
        if notice not in together:
            await make_mail(tx, [notice], now)
    return together


async def as_it_is_now(tx: Tx, mail: Delivery) -> Found:
    """Read a mail's notices anew, and whether each may go out; None for what doesn't wait."""
    held, today = await queries.lock_subjects(tx, mail.id), await clock.today(tx)
    inside = await queries.lock_notices_in(tx, mail.id)
    parked = await queries.parked_of(tx, held.values(), [mail.recipient_id])
    if str(mail.recipient_id) in parked:  # who she is, or whether she may be told, isn't known
        return [(notice, "wait" if notice.state == "waiting" else None) for notice in inside]
    return [(notice, as_far_as_known(tx, notice, held, today, parked=parked)) for notice in inside]


def as_far_as_known(
    tx: Tx, notice: Notice, held: Held, today: date, *, parked: Collection[str]
) -> Readiness | None:
    """Say whether a notice may go out; one of which that can't be said leaves the mail to others.

    It waits by itself then, where it is counted, and tried again.
    """
    undone = tx.undone
    with undone.thing("notices", notice.id):
        return is_now(notice, held, today, parked)
    return "wait"


def is_now(notice: Notice, held: Held, today: date, parked: Collection[str]) -> Readiness | None:
    if notice.state != "waiting":
        return None
    subject, rule = held[notice.subject_kind, notice.subject_id], RULES.get(notice.rule)
    if rule is None:  # an earlier or a later release's: it waits for one that knows it
        return "wait"
    if not queries.keys_of(subject).isdisjoint(parked):  # what is so now isn't known
        return "wait"
    candidate = held.get(("candidate", subject.candidate_ref))
    of_candidate = candidate.heard if candidate else {}
    return readiness(rule, notice.role, asked(notice), subject.heard, of_candidate, today)


def put_back(notice: Notice, until: datetime) -> None:
    """Take a notice out of its mail, until more is known; at once where it goes another way."""
    notice.delivery_id = notice.recipient_id = None
    notice.held_until = until


async def hand_over(tx: Tx, claimed: Claimed, now: datetime) -> None:
    """Record, before the server could deliver it, that it may; Overtaken if it may not any more."""
    mail, recipient = await queries.lock_mail_to(tx, claimed.delivery_id)
    if mail.claim != claimed.claim or mail.state != "claimed":
        raise Overtaken
    if recipient is None or recipient.wrapped_key != claimed.key:
        raise Overtaken
    ready = [found for found in await as_it_is_now(tx, mail) if found[1] == "ready"]
    if len(ready) != len(claimed.inside):
        raise Overtaken
    mail.state, mail.claimed_at = "handed_over", now
    tx.add(mail)


async def record_outcome(tx: Tx, claimed: Claimed, outcome: Outcome, now: datetime) -> None:
    """Record what became of a mail that we claimed; one that was taken from us is left alone."""
    mail = await queries.lock_mail(tx, claimed.delivery_id)
    if mail.claim == claimed.claim:
        await ended(tx, mail, outcome, now)


async def ended(tx: Tx, mail: Delivery, outcome: Outcome, now: datetime) -> None:
    mail.claim, mail.why = None, outcome.why or None
    tx.add(mail)
    if outcome.result == "deferred":
        mail.tries += 1
        settings = tx.own(Settings)
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
    for notice in await queries.lock_notices_in(tx, mail.id):
        act = partial(step, tx, notice, by, today)
        await now_or_later(tx, notice, by, today, act)


async def failed(tx: Tx, mail: Delivery, ground: str, now: datetime) -> None:
    today = await clock.today(tx)
    await queries.lock_subjects(tx, mail.id, alone=True)  # of two that fail, one is the last
    for notice in await queries.lock_notices_in(tx, mail.id):
        act = partial(fail, tx, notice, ground, today, now)
        await now_or_later(tx, notice, "fail", today, act, ground)


async def now_or_later(
    tx: Tx, notice: Notice, by: str, on: date, act: Callable[[], Awaitable[None]], ground: str = ""
) -> None:
    """Take a notice's step by itself, so that the mail's fate is stored; owe it if it can't be."""
    notice_id = notice.id
    if not await by_itself(tx, "notices", notice_id, notice.network, act):
        await owe(tx, [notice_id], by, on, ground)


async def let_go(tx: Tx, claimed: Claimed, now: datetime) -> None:
    """Give a claimed mail back that wasn't handed over; it is looked at anew."""
    mail = await queries.lock_mail(tx, claimed.delivery_id)
    if mail.claim == claimed.claim and mail.state == "claimed":
        mail.state, mail.claim, mail.next_try_at = "waiting", None, now
        tx.add(mail)


async def postpone(tx: Tx, delivery_id: UUID, now: datetime) -> None:
    """Let the others go first, while a mail can't even be looked at."""
    settings = tx.own(Settings)
    then = now + timedelta(seconds=settings.retry_seconds)
    here = (col(Delivery.id) == delivery_id) & (col(Delivery.state) == "waiting")
    await tx.exec(update(Delivery).where(here).values(next_try_at=then))
