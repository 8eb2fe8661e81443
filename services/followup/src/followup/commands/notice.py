"""Remember what became of each notice."""

from collections.abc import Mapping
from uuid import UUID

from followup.commands.upserts import upsert
from jobbpakten_events import Envelope, Event
from jobbpakten_events.notification import (
    NoticeActed,
    NoticeCancelled,
    NoticeExpired,
    NoticeFailed,
    NoticeRequested,
    NoticeSent,
    NoticeUncertain,
)
from shared.database import Tx

# Where each event leaves a notice.
STATES: Mapping[type[Event], str] = {
    NoticeRequested: "requested",
    NoticeSent: "sent",
    NoticeFailed: "failed",
    NoticeUncertain: "uncertain",
    NoticeActed: "acted",
    NoticeCancelled: "cancelled",
    NoticeExpired: "expired",
}
ENDED = "notices.state IN ('acted', 'cancelled', 'expired')"


async def note_notice(tx: Tx, event: Event, about: Envelope) -> None:
    """Remember where it stands; its end stays, though how its mail went may be told after it."""
    facts = {"state": STATES[type(event)], "since": about.occurredat}
    of = {"id": UUID(event.key), "network": about.network}
    await upsert(tx, "notices", of, facts, unless=ENDED)
