"""After a restore: telling anew what is so, and holding what may have been mailed already.

What was told of a notice after the dump is on the topic: it is recalled, also of one that comes up
again only when its event is heard again. All else that was asked for before the restore is
uncertain, and a person decides, mail by mail: nothing is mailed twice by itself.
"""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update

from jobbpakten_events import notification
from notifications.commands import recalling
from notifications.commands.notice import step, tell_where_it_stands
from notifications.models import Delivery, Notice, Recalled
from shared.database import Tx
from shared.messaging.inbox.records import Heard
from shared.restoring.topics import Past
from shared.time import clock

STATES = {
    notification.NoticeSent: "sent",
    notification.NoticeFailed: "failed",
    notification.NoticeUncertain: "uncertain",
    notification.NoticeActed: "acted",
    notification.NoticeCancelled: "cancelled",
    notification.NoticeExpired: "expired",
}
UNHELD = text("""INSERT INTO held_epochs (epoch) SELECT epoch FROM epochs
    WHERE because <> 'first' AND epoch NOT IN (SELECT epoch FROM held_epochs)
    ON CONFLICT DO NOTHING RETURNING epoch""")
MAILED = ("waiting", "claimed", "handed_over")


async def retell(tx: Tx, past: Past) -> str:
    """Recall how far a notice had come, and tell where it stands."""
    notice_id = UUID(past.key)
    for one in past.lost:
        await recall(tx, notice_id, one)
    notice = await tx.get(Notice, notice_id, with_for_update=True)
    if notice is None:
        return "recalled" if past.lost else "heard_again"
    await recalling.recall(tx, notice)
    await tell_where_it_stands(tx, notice)
    return ""


async def recall(tx: Tx, notice_id: UUID, one: Heard) -> None:
    """Keep what an event said of a notice; the last word holds."""
    state = STATES.get(type(one.event))  # type: ignore[arg-type]
    if state is None:
        return
    known = {"state": state, "since": one.envelope.occurredat}
    new = insert(Recalled).values(notice_id=notice_id, **known)
    await tx.exec(new.on_conflict_do_update(index_elements=["notice_id"], set_=known))


async def hold(tx: Tx) -> int:
    """Hold all that waits in a database that was restored, once a restore; give how many."""
    connection = await tx.connection()
    if not (await connection.execute(UNHELD)).all():
        return 0
    waiting = select(Notice).where(Notice.state == "waiting").order_by(col(Notice.id))
    found = (await tx.exec(waiting.with_for_update())).all()
    for notice in found:
        if not await recalling.recall(tx, notice):
            await step(tx, notice, "doubt", await clock.today(tx))
    known = {"state": "uncertain", "claim": None, "ended_at": clock.now(), "why": "restored"}
    await tx.exec(update(Delivery).where(col(Delivery.state).in_(MAILED)).values(**known))
    return len(found)
