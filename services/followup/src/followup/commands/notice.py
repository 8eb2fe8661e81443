"""Remember what became of each notice."""

from typing import Literal
from uuid import UUID

from followup.commands.upserts import upsert
from jobbpakten_events import Envelope
from shared.database import Tx

State = Literal["requested", "sent", "failed", "uncertain", "acted", "cancelled", "expired"]
ENDED = "notices.state IN ('acted', 'cancelled', 'expired')"


async def note_notice(tx: Tx, notice_id: UUID, about: Envelope, state: State) -> None:
    """Remember where it stands; its end stays, though how its mail went may be told after it."""
    facts = {"state": state, "since": about.occurredat}
    of = {"id": notice_id, "network": about.network}
    await upsert(tx, "notices", of, facts, unless=ENDED)
