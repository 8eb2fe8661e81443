"""Commitments: change a promise, let go of it, and keep what followup tells of it."""

from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from jobbpakten_events.followup import TOPIC as FOLLOWUP
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
from shared.http.acts import Act
from shared.machines import NotFound, Unfit, take
from shared.messaging import outbox
from shared.messaging.inbox.restored import is_parked
from shared.time import clock


async def locked_commitment(act: Act[Profile], commitment_id: UUID) -> Commitment:
    """Take a commitment, by its membership, for this transaction; NotFound if not for her."""
    found = await act.tx.get(Commitment, commitment_id)
    if found is None:
        raise NotFound
    await lock_membership(act, found.membership_id)
    await act.tx.refresh(found)
    return found


async def renegotiate(
    act: Act[Profile], commitment_id: UUID, adjustment_id: UUID, promised: int, ground: str
) -> Commitment:
    """Raise or cut a promise; a cut is never more than what remains of it."""
    commitment = await locked_commitment(act, commitment_id)
    take(commitment, COMMITMENT, "renegotiate", act.caller.role, act.on)
    left = await what_remains(act.tx, commitment)
    if ground not in act.profile.renegotiation_grounds:
        raise Unfit("/ground", "unknown_ground", "A change names one of the profile's grounds.")
    before = commitment.promised
    check_change(before, promised, left)
    if promised > before:
        membership = await act.tx.get_one(Membership, commitment.membership_id)
        check_not_suspended(membership.state, membership.suspensions, act.on)
        await check_within_limit(act.tx, act.profile, commitment, promised)
    adjust(act, commitment, adjustment_id, promised, ground)
    event = CommitmentRenegotiated(
        commitment_id=commitment.id, promised=promised, promised_before=before, ground=ground
    )
    await outbox.tell(act.tx, event, on=act.on)
    return commitment


async def what_remains(tx: Tx, commitment: Commitment) -> int | None:
    """Give the units that can still be cut, by followup's copy and our own acts since.

    Refuses where the period is over: then none can be cut, and none added.
    """
    heard = await tx.get(Progress, commitment.id, populate_existing=True)
    if await is_parked(tx, FOLLOWUP, commitment.id):  # what came of it isn't known at present
        heard = None
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
    act: Act[Profile], commitment_id: UUID, adjustment_id: UUID, ground: str
) -> Commitment:
    """Let the member go from what remains of its promise."""
    commitment = await locked_commitment(act, commitment_id)
    take(commitment, COMMITMENT, "release", act.caller.role, act.on)
    left = await what_remains(act.tx, commitment)
    if ground not in act.profile.release_grounds:
        raise Unfit("/ground", "unknown_ground", "A release names one of the profile's grounds.")
    check_release(left)
    adjust(act, commitment, adjustment_id, commitment.promised, ground)
    event = CommitmentReleased(commitment_id=commitment.id, ground=ground)
    await outbox.tell(act.tx, event, on=act.on)
    return commitment


def adjust(
    act: Act[Profile], commitment: Commitment, adjustment_id: UUID, promised: int, ground: str
) -> None:
    """Remember who agreed on what, on which ground; no later change is dated before it."""
    adjustment = Adjustment(
        id=adjustment_id,
        commitment_id=commitment.id,
        promised_before=commitment.promised,
        promised=promised,
        ground=ground,
        agreed_by=act.caller.id,
        agreed_on=act.on,
    )
    act.tx.add(adjustment)
    commitment.promised, commitment.since = promised, act.on


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
