"""Memberships: apply, declare the values, withdraw, lapse."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from uuid import UUID

from sqlmodel import col, select

from jobbpakten_events.membership import MembershipApplied, MembershipEnded, ValuesDeclared
from membership import queries
from membership.commands.organisation import doubts, settle
from membership.models import Membership, Organisation
from membership.profiles import Profile
from membership.rules.access import may_touch
from membership.rules.agreement import AGREEMENT, LAPSING
from membership.rules.membership import (
    MEMBERSHIP,
    check_recent,
    check_values,
)
from membership.rules.vetting import VETTING
from shared.database import Tx
from shared.http.access import Caller
from shared.machines import NotAllowed, NotFound, Unfit, check_order, take
from shared.messaging import outbox
from shared.savepoints import each_by_itself
from shared.time import clock


async def lock_membership(tx: Tx, caller: Caller, network: str, membership_id: UUID) -> Membership:
    """Take a membership and all that hangs on it for this transaction; NotFound if not for her."""
    here = select(Membership).where(
        col(Membership.id) == membership_id, col(Membership.network) == network
    )
    found = (await tx.exec(here.with_for_update())).one_or_none()
    if not found or not may_touch(caller, found.organisation_id):
        raise NotFound
    return found


async def apply(
    tx: Tx,
    caller: Caller,
    profile: Profile,
    membership_id: UUID,
    new: Organisation,
    on: date,
) -> tuple[Membership, list[str]]:
    """Apply for an organisation, new or the caller's own; gives also what to look at.

    Whatever a stranger can make fail comes before the look at who is known: refused after it, a
    number would be told apart from one that nobody knows, and nothing would be stored.
    """
    MEMBERSHIP.step("", "apply", caller.role)
    check_recent(on, await clock.today(tx))
    organisation = await settle(tx, caller, new)
    if await queries.open_membership_of(tx, profile.network, organisation.id):
        raise NotAllowed("already_applied", "It has applied to this network, or is a member.")
    check_order(on, await queries.last_end_of(tx, profile.network, organisation.id))
    membership = Membership(
        id=membership_id,
        network=profile.network,
        organisation_id=organisation.id,
        since=on,
        applied_by=caller.id,
    )
    advance(membership, "apply", caller.role, profile, on)
    tx.add(membership)
    event = MembershipApplied(
        membership_id=membership_id,
        organisation_id=organisation.id,
        sector=organisation.sector,
        size=organisation.size,
        act_by=membership.deadline,
    )
    await outbox.tell(tx, event, on=on)
    return membership, await doubts(tx, profile.network, organisation, new)


def applicants(membership: Membership) -> set[str]:
    """Give who acted for the applicant: none of them decides for the municipality."""
    return {membership.applied_by, membership.values_declared_by or membership.applied_by}


def advance(membership: Membership, by: str, role: str, profile: Profile, on: date) -> None:
    """Take a step and set the day by which the next one is due."""
    before = membership.state
    state = take(membership, MEMBERSHIP, by, role, on)
    if state.name != before:
        membership.deadline = profile.deadline(state, on)


async def declare_values(
    tx: Tx,
    caller: Caller,
    profile: Profile,
    membership_id: UUID,
    stands_behind: Mapping[str, bool],
    text_version: str,
    on: date,
) -> Membership:
    membership = await lock_membership(tx, caller, profile.network, membership_id)
    advance(membership, "declare", caller.role, profile, on)
    check_values(stands_behind)
    if text_version != profile.values.version:
        raise Unfit("/text_version", "another_text", "The network's values have another wording.")
    if membership.values_declared_on:
        raise NotAllowed("already_declared", "The values have been declared.")
    membership.values_version = text_version
    membership.values_declared_on = on
    membership.values_declared_by = caller.id
    event = ValuesDeclared(membership_id=membership.id, text_version=text_version)
    await outbox.tell(tx, event, on=on)
    return membership


def check_complete(membership: Membership, on: date) -> None:
    """Refuse to vet before the values have been declared."""
    if membership.values_declared_on is None:
        raise NotAllowed("values_not_declared", "The applicant hasn't declared the values yet.")
    check_order(on, membership.values_declared_on)


async def withdraw(
    tx: Tx, caller: Caller, profile: Profile, membership_id: UUID, on: date
) -> Membership:
    """Let the applicant go; what was under way for it ends too."""
    membership = await lock_membership(tx, caller, profile.network, membership_id)
    advance(membership, "withdraw", caller.role, profile, on)
    vetting = await queries.vetting_of(tx, membership.id)
    if vetting and not VETTING.states[vetting.state].terminal:
        take(vetting, VETTING, "withdraw", caller.role, on)
    agreement = await queries.agreement_of(tx, membership.id)
    if agreement:
        take(agreement, AGREEMENT, "withdraw", caller.role, on)
    event = MembershipEnded(membership_id=membership.id, ground="withdrawn")
    await outbox.tell(tx, event, on=on)
    return membership


async def lapse(tx: Tx, today: date) -> int:
    """End approvals whose agreement wasn't signed by the member in time; give how many.

    The agreements are read when the locks are ours: somebody may have signed while we waited.
    """
    ended: list[UUID] = []
    act = partial(lapse_one, tx, today=today, ended=ended)
    await each_by_itself(tx, "memberships", await queries.lock_late_approvals(tx, today), act)
    return len(ended)


async def lapse_one(tx: Tx, membership_id: UUID, today: date, ended: list[UUID]) -> None:
    """End an approval with its draft, unless the member has signed; note whether it was ended."""
    membership = await tx.get_one(Membership, membership_id, populate_existing=True)
    agreement = await queries.agreement_of(tx, membership_id)
    if agreement and agreement.state not in LAPSING:
        return
    if agreement:
        take(agreement, AGREEMENT, "lapse", "system", today)
    take(membership, MEMBERSHIP, "lapse", "system", today)
    membership.deadline = None
    await outbox.tell(tx, MembershipEnded(membership_id=membership_id, ground="lapsed"), on=today)
    await tx.flush()
    ended.append(membership_id)
