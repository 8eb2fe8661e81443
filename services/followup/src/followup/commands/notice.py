"""Remember what became of each notice."""

from typing import Literal
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from followup.models import HeardNotice
from shared.database import Tx
from shared.events import Envelope

State = Literal["requested", "sent", "failed", "uncertain", "acted", "cancelled", "expired"]
FINAL = ("acted", "cancelled", "expired")


async def note_notice(tx: Tx, notice_id: UUID, about: Envelope, state: State) -> None:
    """Remember where it stands; its end stays, though how its mail went may be told after it."""
    facts = {"state": state, "since": about.occurredat}
    row = insert(HeardNotice).values(id=notice_id, network=about.network, **facts)
    unended = col(HeardNotice.state).not_in(FINAL)
    await tx.exec(row.on_conflict_do_update(index_elements=["id"], set_=facts, where=unended))
