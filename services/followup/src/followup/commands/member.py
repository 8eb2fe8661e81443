"""Remember what a membership is, and the days of its life.

Each stream writes its own columns of the row, so that they may come in any order.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, update

from followup.models import Member, Suspension
from jobbpakten_events import Envelope
from jobbpakten_events.membership import (
    AgreementInForce,
    MembershipApplied,
    MembershipApproved,
    MembershipEnded,
    MembershipReinstated,
    MembershipRejected,
    MembershipSuspended,
    VettingStarted,
)
from shared.database import Tx

Dated = VettingStarted | MembershipApproved | MembershipRejected | AgreementInForce
# The column that keeps the day of each event.
DAYS: Mapping[type[Dated], str] = {
    VettingStarted: "vetting_started_on",
    MembershipApproved: "approved_on",
    MembershipRejected: "rejected_on",
    AgreementInForce: "in_force_on",
}
ENDS = {"withdrawn": "withdrawn_on", "lapsed": "lapsed_on"}


async def note_application(tx: Tx, event: MembershipApplied, about: Envelope) -> None:
    facts = event.model_dump(include={"organisation_id", "sector", "size"})
    await note(tx, event.membership_id, facts | {"applied_on": about.occurredat})


async def note_day(tx: Tx, event: Dated, about: Envelope) -> None:
    facts = event.model_dump(include={"organisation_id"}, exclude_none=True)
    await note(tx, event.membership_id, facts | {DAYS[type(event)]: about.occurredat})


async def note_end(tx: Tx, event: MembershipEnded, about: Envelope) -> None:
    await note(tx, event.membership_id, {ENDS[event.ground]: about.occurredat})


async def note_suspension(tx: Tx, event: MembershipSuspended, about: Envelope) -> None:
    await note_turn(tx, event, about, suspended=True)


async def note_reinstatement(tx: Tx, event: MembershipReinstated, about: Envelope) -> None:
    await note_turn(tx, event, about, suspended=False)


async def note_turn(
    tx: Tx, event: MembershipSuspended | MembershipReinstated, about: Envelope, *, suspended: bool
) -> None:
    """Remember every turn, so that it can be said of any day whether the member was suspended."""
    turn = {
        "membership_id": event.membership_id,
        "version": about.aggregateversion,
        "occurred_on": about.occurredat,
        "suspended": suspended,
    }
    await tx.exec(insert(Suspension).values(turn))
    await note(tx, event.membership_id, {"organisation_id": event.organisation_id})


async def note(tx: Tx, membership_id: UUID, facts: dict[str, Any]) -> None:
    await tx.exec(update(Member).where(col(Member.id) == membership_id).values(facts))
