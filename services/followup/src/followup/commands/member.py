"""Remember what a membership is, and the days of its life."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, update

from followup.models import Member, Suspension
from jobbpakten_events import Envelope
from shared.database import Tx


async def note_member(tx: Tx, membership_id: UUID, **facts: Any) -> None:
    """Remember facts about a membership; each stream writes its own columns, so order is free."""
    await tx.exec(update(Member).where(col(Member.id) == membership_id).values(facts))


async def note_turn(
    tx: Tx, membership_id: UUID, organisation_id: UUID, about: Envelope, *, suspended: bool
) -> None:
    """Remember that it was suspended or reinstated; all of them, so that any day can be asked."""
    turn = {
        "membership_id": membership_id,
        "version": about.aggregateversion,
        "occurred_on": about.occurredat,
        "suspended": suspended,
    }
    await tx.exec(insert(Suspension).values(turn))
    await note_member(tx, membership_id, organisation_id=organisation_id)
