"""Commitments: change a promise, let go of it, and keep what followup tells of it."""

from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from jobbpakten_events.followup import CommitmentLapsed, CommitmentProgressed
from jobbpakten_events.membership import CommitmentReleased, CommitmentRenegotiated
from membership import queries
from membership.commands.membership import lock_membership
from membership.models import Adjustment, Commitment, Membership, Progress
from membership.profiles import Profile
from membership.rules.agreement import check_limit
from membership.rules.commitment import (
    COMMITMENT,
    Figures,
    check_change,
    check_release,
    check_running,
    remaining,
)
from membership.rules.membership import check_not_suspended
from shared.database import Tx
from shared.http.access import Caller
from shared.machines import NotFound, Unfit, take
from shared.messaging import outbox
from shared.time import clock


async def locked_commitment(
    tx: Tx, caller: Caller, network: str, commitment_id: UUID
) -> Commitment:
    """Take a commitment, by its membership, for this transaction; NotFound if not for her."""
    found = await tx.get(Commitment, commitment_id)
    if found is None:
        raise NotFound
    await lock_membership(tx, caller, network, found.membership_id)
    await tx.refresh(found)
    return found


async def renegotiate(
    tx: Tx,
    caller: Caller,
    profile: Profile,
    commitment_id: UUID,
    adjustment_id: UUID,
    promised: int,
    ground: str,
    on: date,
) -> Commitment:
    """Raise or cut a promise; a cut is never more than what remains of it."""
    commitment = await locked_commitment(tx, caller, profile.network, commitment_id)
    take(commitment, COMMITMENT, "renegotiate", caller.role, on)
    left = await what_remains(tx, commitment)
    if ground not in profile.renegotiation_grounds:
        raise Unfit("/ground", "unknown_ground", "A change names one of the profile's grounds.")
    before = commitment.promised
    check_change(before, promised, left)
    if promised > before:
        membership = await tx.get_one(Membership, commitment.membership_id)
        check_not_suspended(membership.state, membership.turns, on)
        await check_within_limit(tx, profile, commitment, promised)
    adjust(tx, caller, commitment, adjustment_id, promised, ground, on)
    event = CommitmentRenegotiated(
        commitment_id=commitment.id, promised=promised, promised_before=before, ground=ground
    )
    await outbox.tell(tx, event, on=on)
    return commitment


async def what_remains(tx: Tx, commitment: Commitment) -> int | None:
    """Give the units that can still be cut, by followup's copy and our own acts since.

    Refuses where the period is over: then none can be cut, and none added.
    """
    heard = await tx.get(Progress, commitment.id, populate_existing=True)
    check_running(await clock.today(tx), commitment.ends_before, heard.lapsed if heard else None)
    activities = await queries.activities_held(tx, [commitment.id])
    figures = Figures(heard.remaining, heard.open, heard.kept, heard.extra) if heard else None
    return remaining(commitment.promised, activities.get(commitment.id, 0), figures)


async def check_within_limit(
    tx: Tx, profile: Profile, commitment: Commitment, promised: int
) -> None:
    """Refuse a raise to more than the member's size allows, over all its promises of the offer."""
    membership = await tx.get_one(Membership, commitment.membership_id)
    organisation = await queries.organisation(tx, membership.organisation_id)
    others = (
        one.promised
        for one in await queries.commitments_of(tx, membership.id)
        if one.offer == commitment.offer and one.id != commitment.id and one.state != "released"
    )
    most = profile.limits(organisation.size).get(commitment.offer, 0)
    check_limit("/promised", promised + sum(others), most)


async def release(
    tx: Tx,
    caller: Caller,
    profile: Profile,
    commitment_id: UUID,
    adjustment_id: UUID,
    ground: str,
    on: date,
) -> Commitment:
    """Let the member go from what remains of its promise."""
    commitment = await locked_commitment(tx, caller, profile.network, commitment_id)
    take(commitment, COMMITMENT, "release", caller.role, on)
    left = await what_remains(tx, commitment)
    if ground not in profile.release_grounds:
        raise Unfit("/ground", "unknown_ground", "A release names one of the profile's grounds.")
    check_release(left)
    adjust(tx, caller, commitment, adjustment_id, commitment.promised, ground, on)
    event = CommitmentReleased(commitment_id=commitment.id, ground=ground)
    await outbox.tell(tx, event, on=on)
    return commitment


def adjust(
    tx: Tx,
    caller: Caller,
    commitment: Commitment,
    adjustment_id: UUID,
    promised: int,
    ground: str,
    on: date,
) -> None:
    """Remember who agreed on what, on which ground; no later change is dated before it."""
    adjustment = Adjustment(
        id=adjustment_id,
        commitment_id=commitment.id,
        promised_before=commitment.promised,
        promised=promised,
        ground=ground,
        agreed_by=caller.id,
        agreed_on=on,
    )
    tx.add(adjustment)
    commitment.promised, commitment.since = promised, on


async def note_progress(tx: Tx, event: CommitmentProgressed) -> None:
    """Keep followup's figures, whether or not we know the commitment yet."""
    figures = event.model_dump()
    if event.lapsed == 0:
        figures["lapsed_on"] = None  # what had lapsed was undone
    copy = insert(Progress).values(**figures)
    await tx.exec(copy.on_conflict_do_update(index_elements=["commitment_id"], set_=figures))


async def note_lapse(tx: Tx, event: CommitmentLapsed, on: date) -> None:
    """Keep the day of the lapse; its units only where no figures have come."""
    units = func.coalesce(col(Progress.lapsed), event.units)
    copy = insert(Progress).values(
        commitment_id=event.commitment_id, lapsed=event.units, lapsed_on=on
    )
    known = {"lapsed": units, "lapsed_on": on}
    await tx.exec(copy.on_conflict_do_update(index_elements=["commitment_id"], set_=known))
