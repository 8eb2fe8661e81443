"""Memberships: apply, declare the values, withdraw, lapse."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from uuid import UUID

from sqlmodel import col, select

from jobbpakten_events.membership import MembershipApplied, MembershipEnded, ValuesDeclared
from membership import queries
from membership.commands.organisation import doubts, find_or_add
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
from shared.http.acts import Act
from shared.machines import (
    NotAllowed,
    NotFound,
    Unfit,
    advance,
    by_a_person,
    check_order,
    take,
)
from shared.messaging import outbox
from shared.savepoints import each_by_itself
from shared.time import clock


async def lock_membership(act: Act[Profile], membership_id: UUID) -> Membership:
    """Take a membership and all that hangs on it for this transaction; NotFound if not for her."""
    here = select(Membership).where(
        col(Membership.id) == membership_id, col(Membership.network) == act.network
    )
    found = (await act.tx.exec(here.with_for_update())).one_or_none()
    if not found or not may_touch(act.caller, found.organisation_id):
        raise NotFound
    return found


async def apply(
    act: Act[Profile], membership_id: UUID, new: Organisation
) -> tuple[Membership, list[str]]:
    """Apply for an organisation, new or the caller's own; gives also what to look at.

    Whatever a stranger can make fail comes before the look at who is known: refused after it, a
    number would be told apart from one that nobody knows, and nothing would be stored.
    """
    MEMBERSHIP.step("", "apply", act.caller.role)
    applied_by = by_a_person(act.caller)
    check_recent(act.on, await clock.today(act.tx))
    organisation = await find_or_add(act, new)
    if await queries.open_membership_of(act.tx, act.network, organisation.id):
        raise NotAllowed("already_applied", "It has applied to this network, or is a member.")
    check_order(act.on, await queries.last_end_of(act.tx, act.network, organisation.id))
    membership = Membership(
        id=membership_id,
        network=act.network,
        organisation_id=organisation.id,
        since=act.on,
        applied_by=applied_by,
    )
    advance(membership, MEMBERSHIP, "apply", act.caller.role, act.on, limits=act.profile)
    act.tx.add(membership)
    event = MembershipApplied(
        membership_id=membership_id,
        organisation_id=organisation.id,
        sector=organisation.sector,
        size=organisation.size,
        act_by=membership.deadline,
    )
    await outbox.tell(act.tx, event, on=act.on)
    return membership, await doubts(act.tx, act.network, organisation, new)


def applicants(membership: Membership) -> set[str]:
    """Give who acted for the applicant: none of them decides for the municipality."""
    return {membership.applied_by, membership.values_declared_by or membership.applied_by}


async def declare_values(
    act: Act[Profile], membership_id: UUID, stands_behind: Mapping[str, bool], text_version: str
) -> Membership:
    membership = await lock_membership(act, membership_id)
    advance(membership, MEMBERSHIP, "declare", act.caller.role, act.on, limits=act.profile)
    check_values(stands_behind, act.profile.values.codes)
    if text_version != act.profile.values.version:
        raise Unfit("/text_version", "another_text", "The network's values have another wording.")
    if membership.values_declared_on:
        raise NotAllowed("already_declared", "The values have been declared.")
    membership.values_version = text_version
    membership.values_declared_on = act.on
    membership.values_declared_by = by_a_person(act.caller)
    event = ValuesDeclared(membership_id=membership.id, text_version=text_version)
    await outbox.tell(act.tx, event, on=act.on)
    return membership


def check_complete(membership: Membership, on: date) -> None:
    """Refuse to vet before the values have been declared."""
    if membership.values_declared_on is None:
        raise NotAllowed("values_not_declared", "The applicant hasn't declared the values yet.")
    check_order(on, membership.values_declared_on)


async def withdraw(act: Act[Profile], membership_id: UUID) -> Membership:
    """Let the applicant go; what was under way for it ends too."""
    membership = await lock_membership(act, membership_id)
    advance(membership, MEMBERSHIP, "withdraw", act.caller.role, act.on, limits=act.profile)
    vetting = await queries.vetting_of(act.tx, membership.id)
    if vetting and not VETTING.states[vetting.state].terminal:
        take(vetting, VETTING, "withdraw", act.caller.role, act.on)
    agreement = await queries.agreement_of(act.tx, membership.id)
    if agreement:
        take(agreement, AGREEMENT, "withdraw", act.caller.role, act.on)
    event = MembershipEnded(membership_id=membership.id, ground="withdrawn")
    await outbox.tell(act.tx, event, on=act.on)
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
