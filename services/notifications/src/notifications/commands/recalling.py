"""What is recalled of a notice after a restore: how far it had come, as it was told then."""

from datetime import datetime

from sqlalchemy import text

from notifications.models import Notice, Recalled
from shared.database import Tx

# Also where a server took over: a recovery to some moment looks the same from inside.
RESTORED_AT = text("SELECT max(drawn_at) FROM epochs WHERE because <> 'first'")


async def recall(tx: Tx, notice: Notice) -> bool:
    """Let a notice stand where it stood when it was last told of; False if nothing is known."""
    known = await tx.get(Recalled, notice.id)
    if known is None:
        return False
    if notice.state == "waiting":
        notice.state, notice.since = known.state, max(known.since, notice.since)
        notice.delivery_id, notice.reason = None, "restored"
        tx.add(notice)
    return True


async def is_older_than_restore(tx: Tx, notice: Notice) -> bool:
    """Tell what was asked for before this database was restored: it may have been mailed since."""
    restored: datetime | None = await (await tx.connection()).scalar(RESTORED_AT)
    return restored is not None and notice.told_at < restored
