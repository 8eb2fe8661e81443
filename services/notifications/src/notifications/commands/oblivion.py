"""Forgetting: what is over goes away, twelve weeks later, as the links to it do."""

from datetime import date, datetime

from sqlalchemy import text

from notifications.rules.notice import LINK_LIVES
from shared.database import Tx

# A message that was sent is over; a task is when it was done, or nobody needs it any more.
NOTICES = text("""DELETE FROM notices WHERE id IN (
        SELECT id FROM notices
        WHERE state IN ('acted', 'expired', 'cancelled', 'sent') AND since < :before
            AND (state <> 'sent' OR kind = 'message') AND coalesce(act_by, since) < :before
        LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING delivery_id""")
MAILS = text("""DELETE FROM deliveries AS mail
    WHERE (id = ANY(:those) OR ended_at < :before)
        AND state NOT IN ('waiting', 'claimed', 'handed_over')
        AND NOT EXISTS (SELECT FROM notices WHERE delivery_id = mail.id)""")
# Her matches are told of in other streams, which may come later: not before all have come.
HER = text("""
    WITH gone AS (
        SELECT id FROM subjects AS her
        WHERE kind = 'candidate' AND heard ? 'candidate.closed.v1' AND CAST(
            heard #>> ARRAY['candidate.closed.v1', CAST(id AS text), '1'] AS timestamptz) < :before
        AND NOT EXISTS (
            SELECT FROM subjects AS its
            JOIN notices ON (subject_kind, subject_id) = (its.kind, its.id)
            WHERE its.candidate_ref = her.id
                AND notices.state IN ('waiting', 'sent', 'failed', 'uncertain')
                AND NOT (notices.state = 'sent' AND notices.kind = 'message'))
        LIMIT 1000)
    DELETE FROM subjects WHERE (kind = 'candidate' AND id IN (SELECT id FROM gone))
        OR candidate_ref IN (SELECT id FROM gone)""")


async def forget_what_is_over(tx: Tx, today: date, now: datetime) -> None:
    """Forget notices with their mails, and whoever has left, when nothing of it is open."""
    connection = await tx.connection()
    ended = await connection.execute(NOTICES, {"before": today - LINK_LIVES})
    mails = [mail for (mail,) in ended if mail]
    await connection.execute(MAILS, {"those": mails, "before": now - LINK_LIVES})
    await connection.execute(HER, {"before": now - LINK_LIVES})
