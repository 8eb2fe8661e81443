"""Memberships: apply, declare the values, withdraw, lapse."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from membership import queries
from membership.commands.organisation import doubts, settle
from membership.models import Agreement, Membership, Organisation
from membership.profiles import Profile
from membership.rules.agreement import AGREEMENT, LAPSING
from membership.rules.membership import (
    MEMBERSHIP,
    check_recent,
    check_values,
    may_touch,
)
from membership.rules.vetting import VETTING
from shared import clock, outbox
from shared.access import Caller
from shared.causes import because, current
from shared.database import Tx
from shared.events.membership import MembershipApplied, MembershipEnded, ValuesDeclared
from shared.machines import NotAllowed, NotFound, Unfit, check_order, take


async def locked(tx: Tx, caller: Caller, network: str, membership_id: UUID) -> Membership:
    """Take a membership and all that hangs on it for this transaction; NotFound if not for her."""
    here = select(Membership).where(
        col(Membership.id) == membership_id, col(Membership.network) == network
    )
    found = (await tx.exec(here.with_for_update())).one_or_none()
    if not found or not may_touch(caller.role, caller.organisation, found.organisation_id):
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
    """Apply for an organisation, new or the caller's own; gives also what to look at."""
    MEMBERSHIP.step("", "apply", caller.role)
    organisation = await settle(tx, caller, new)
    if await queries.open_membership_of(tx, profile.network, organisation.id):
        raise NotAllowed("already_applied", "It has applied to this network, or is a member.")
    check_recent(on, await clock.today(tx))
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
    membership = await locked(tx, caller, profile.network, membership_id)
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
    membership = await locked(tx, caller, profile.network, membership_id)
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
    late = await queries.late_approvals(tx, today)
    agreements = await queries.agreements_of(tx, [membership.id for membership in late])
    ended = [one for one in late if _lapsed(one, agreements.get(one.id), today)]
    for membership in ended:
        with because(replace(current.get(), network=membership.network)):
            event = MembershipEnded(membership_id=membership.id, ground="lapsed")
            await outbox.tell(tx, event, on=today)
    return len(ended)


def _lapsed(membership: Membership, agreement: Agreement | None, today: date) -> bool:
    """End an approval with its draft, unless the member has signed."""
    if agreement:
        if agreement.state not in LAPSING:
            return False
        take(agreement, AGREEMENT, "lapse", "system", today)
    take(membership, MEMBERSHIP, "lapse", "system", today)
    membership.deadline = None
    return True
