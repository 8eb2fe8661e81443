"""What was left in the middle: mails of senders that are gone, steps that could not be taken."""

from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from notifications import queries
from notifications.channels import Outcome
from notifications.commands import delivery
from notifications.commands.dispatch import fail
from notifications.commands.notice import close_one, step
from notifications.models import Subject
from notifications.settings import Settings
from shared.database import Tx
from shared.savepoints import by_itself, each_by_itself


async def recover(tx: Tx, now: datetime) -> int:
    """Take mails from senders that are gone: back, or uncertain if handed over."""
    settings = tx.own(Settings)
    patience = timedelta(seconds=settings.claim_seconds)
    lost = await queries.lock_mails_claimed_before(tx, now - patience)
    done = [await by_itself(tx, "mails", one, "", partial(take_back, tx, one, now)) for one in lost]
    return sum(done)


async def take_back(tx: Tx, mail_id: UUID, now: datetime) -> None:
    mail = await queries.lock_mail(tx, mail_id)
    if mail.state == "claimed":
        mail.state, mail.claim, mail.next_try_at = "waiting", None, now
        tx.add(mail)
    else:
        await delivery.ended(tx, mail, Outcome("uncertain", "sender gone"), now)


async def take_owed_steps(tx: Tx, now: datetime) -> int:
    """Take what is owed, each notice's by itself; give how many owe nothing any more."""
    owing = await queries.lock_owing(tx)
    return await each_by_itself(tx, "notices", owing, partial(take_owed_by, tx, now=now))


async def take_owed_by(tx: Tx, notice_id: UUID, now: datetime) -> None:
    notice = await queries.lock_notice(tx, notice_id)
    owed, notice.owed = notice.owed or [], None
    tx.add(notice)
    for one in owed:
        on = date.fromisoformat(one["on"])
        if one["by"] == "close":
            about = (notice.subject_kind, notice.subject_id)
            await close_one(tx, notice_id, await tx.get_one(Subject, about), on)
        elif one["by"] == "fail":
            await fail(tx, notice, one["ground"], on, now)
        else:
            await step(tx, notice, one["by"], on)
