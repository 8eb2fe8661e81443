"""Our copies of what membership tells: promises, and whether their members may offer places.

Streams come in any order against each other: each writes its own columns of a row that the first
of them makes.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from jobbpakten_events import Envelope
from jobbpakten_events.membership import (
    AgreementInForce,
    CommitmentMade,
    CommitmentReleased,
    CommitmentRenegotiated,
    MembershipEnded,
    MembershipReinstated,
    MembershipSuspended,
)
from matching.commands.places.members import follow
from matching.models import Member, Promise
from shared.database import Tx


async def note_promise(tx: Tx, event: CommitmentMade, about: Envelope) -> None:
    """Keep what was promised; told again, it says the same."""
    facts = event.model_dump(exclude={"agreement_id"}) | {"network": about.network}
    await tx.exec(insert(Promise).values(**facts).on_conflict_do_nothing())


async def note_renegotiation(tx: Tx, event: CommitmentRenegotiated, _: Envelope) -> None:
    await _change(tx, event.commitment_id, promised=event.promised)


async def note_release(tx: Tx, event: CommitmentReleased, about: Envelope) -> None:
    await _change(tx, event.commitment_id, released_on=about.occurredat)


async def _change(tx: Tx, commitment_id: UUID, **facts: Any) -> None:
    here = update(Promise).where(col(Promise.commitment_id) == commitment_id)
    await tx.exec(here.values(**facts))


async def note_in_force(tx: Tx, event: AgreementInForce, about: Envelope) -> None:
    """Keep the day of the first agreement; of several, whichever is heard first."""
    facts = {"organisation_id": event.organisation_id, "in_force_on": about.occurredat}
    earliest = func.least(
        col(Member.in_force_on), about.occurredat
    )  # PostgreSQL: it passes over null
    await _note_member(tx, event.membership_id, about.network, facts, in_force_on=earliest)


async def suspend(tx: Tx, event: MembershipSuspended, about: Envelope) -> None:
    """Pause the member's places and end the open matches there; who works there stays."""
    facts = {"organisation_id": event.organisation_id, "suspended_on": about.occurredat}
    await _note_member(tx, event.membership_id, about.network, facts)
    await follow(tx, event.membership_id)


async def reinstate(tx: Tx, event: MembershipReinstated, about: Envelope) -> None:
    """Lift this ground from the member's places; what else they are paused for stays."""
    facts = {"organisation_id": event.organisation_id, "suspended_on": None}
    over = {"was_suspended_on": col(Member.suspended_on), "reinstated_on": about.occurredat}
    await _note_member(tx, event.membership_id, about.network, facts, **over)
    await follow(tx, event.membership_id)


async def end_membership(tx: Tx, event: MembershipEnded, about: Envelope) -> None:
    """Keep that it is over; nobody is matched there any more."""
    await _note_member(tx, event.membership_id, about.network, {"ended_on": about.occurredat})
    await follow(tx, event.membership_id)


async def _note_member(
    tx: Tx, membership_id: UUID, network: str, facts: dict[str, Any], **instead: Any
) -> None:
    """Write one stream's own columns, whether or not another has made the row."""
    copy = insert(Member).values(membership_id=membership_id, network=network, **facts)
    await tx.exec(
        copy.on_conflict_do_update(index_elements=["membership_id"], set_=facts | instead)
    )
