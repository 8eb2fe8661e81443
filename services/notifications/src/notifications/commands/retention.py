"""Forgetting: what is over goes away, twelve weeks later, as the links to it do."""

from collections import Counter
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import text

from notifications.rules.notice import LINK_LIVES
from shared.database import Tx
from shared.savepoints import by_itself
from shared.time import clock

# A message that was sent is over; a task is when it was done, or nobody needs it any more.
NOTICES = text("""DELETE FROM notices WHERE id IN (
        SELECT id FROM notices
        WHERE state IN ('acted', 'expired', 'cancelled', 'sent') AND since < :before
            AND (state <> 'sent' OR kind = 'message') AND coalesce(act_by, since) < :before
        LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING delivery_id""")
MAILS = text("""DELETE FROM deliveries WHERE id IN (
        SELECT id FROM deliveries AS mail
        WHERE (id = ANY(:those) OR ended_at < :before)
            AND state NOT IN ('waiting', 'claimed', 'handed_over')
            AND NOT EXISTS (SELECT FROM notices WHERE delivery_id = mail.id)
        FOR UPDATE SKIP LOCKED)""")
# Her matches are told of in other streams, which may come later: not before all have come.
# The time is compared as text: one that can't be read is looked at, and fails by itself.
GONE = text("""SELECT id, network FROM subjects AS her
    WHERE kind = 'candidate' AND heard ? 'candidate.closed.v1'
    AND coalesce(heard #>> ARRAY['candidate.closed.v1', CAST(id AS text), '1'], '') COLLATE "C"
        NOT BETWEEN :after AND '9999'
    AND NOT EXISTS (
        SELECT FROM subjects AS its
        JOIN notices ON (subject_kind, subject_id) = (its.kind, its.id)
        WHERE its.candidate_ref = her.id
            AND notices.state IN ('waiting', 'sent', 'failed', 'uncertain')
            AND NOT (notices.state = 'sent' AND notices.kind = 'message'))
    ORDER BY random() LIMIT 1000""")
ABOUT_CANDIDATE = text("""
    DELETE FROM subjects WHERE (kind = 'candidate' AND id = :id OR candidate_ref = :id)
    AND (SELECT CAST(coalesce(
            heard #>> ARRAY['candidate.closed.v1', CAST(id AS text), '1'], 'unknown')
            AS timestamptz)
         FROM subjects WHERE kind = 'candidate' AND id = :id) < :before""")


async def forget_what_is_over(tx: Tx, today: date) -> int:
    """Forget notices with their mails, a thousand at once; give how many went."""
    connection = await tx.connection()
    ended = await connection.execute(NOTICES, {"before": today - LINK_LIVES})
    mails = [mail for (mail,) in ended if mail]
    those = {"those": mails, "before": clock.now() - LINK_LIVES}
    return ended.rowcount + (await connection.execute(MAILS, those)).rowcount


async def forget_who_left(tx: Tx, _: date) -> int:
    """Forget what was heard of whoever has left, when nothing of hers is open; each by herself.

    Gives of how many aggregates it was: of some her time comes later today.
    """
    counts = Counter[UUID]()

    async def forget(ref: UUID) -> None:
        gone = await connection.execute(ABOUT_CANDIDATE, {"id": ref, "before": before})
        counts[ref] = gone.rowcount

    connection, before = await tx.connection(), clock.now() - LINK_LIVES
    # A day later than that, by the clock of whoever told it.
    after = (before + timedelta(days=1)).date().isoformat()
    for ref, network in (await connection.execute(GONE, {"after": after})).all():
        await by_itself(tx, "candidates", ref, network, partial(forget, ref))
    return counts.total()
