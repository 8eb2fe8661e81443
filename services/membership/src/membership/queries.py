"""What membership can be asked."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, func, literal, select

from membership.models import (
    Activity,
    Agreement,
    Commitment,
    Contact,
    Membership,
    Organisation,
    Progress,
    Signature,
    Vetting,
)
from membership.profiles import Profile
from membership.rules.access import may_list, may_touch
from membership.rules.agreement import LAPSING
from membership.rules.membership import ENDED
from shared.database import Tx
from shared.http.acts import Act
from shared.http.paging import Page
from shared.machines import NotFound
from shared.savepoints import taken

Member = tuple[Membership, Organisation]
# What is done by itself is only named by what finds it: a row that can't be read fails alone.
Named = tuple[UUID, str]  # a row's id and its network


async def members(act: Act[Profile], asked: Page) -> Sequence[Member]:
    """Give memberships of a network in the order of application: staff all, an employer its own."""
    found = (
        select(Membership, Organisation).join(Organisation).where(Membership.network == act.network)
    )
    if not may_list(act.caller):
        raise NotFound
    if act.caller.organisation:
        found = found.where(Membership.organisation_id == act.caller.organisation)
    return await asked.read(act.tx, found, col(Membership.id))


async def member(act: Act[Profile], membership_id: UUID) -> Member:
    """Give one membership with its organisation; NotFound if it isn't for this caller."""
    here = (
        select(Membership, Organisation)
        .join(Organisation)
        .where(Membership.id == membership_id, Membership.network == act.network)
    )
    found = (await act.tx.exec(here)).one_or_none()
    if not found or not may_touch(act.caller, found[1].id):
        raise NotFound
    return found


async def open_membership_of(tx: Tx, network: str, organisation_id: UUID) -> Membership | None:
    here = select(Membership).where(
        Membership.network == network,
        Membership.organisation_id == organisation_id,
        col(Membership.state).not_in(ENDED),
    )
    return (await tx.exec(here)).one_or_none()


async def last_end_of(tx: Tx, network: str, organisation_id: UUID) -> date | None:
    """Give the day on which the latest of its former memberships ended; None without one."""
    days = select(func.max(Membership.since)).where(
        Membership.network == network,
        Membership.organisation_id == organisation_id,
        col(Membership.state).in_(ENDED),
    )
    return (await tx.exec(days)).one()


async def organisation(tx: Tx, organisation_id: UUID) -> Organisation:
    return await tx.get_one(Organisation, organisation_id)


async def organisations(tx: Tx, network: str) -> Sequence[Organisation]:
    """Give all that ever applied to the network, by name."""
    ids = select(Membership.organisation_id).where(Membership.network == network)
    found = select(Organisation).where(col(Organisation.id).in_(ids))
    return (await tx.exec(found.order_by(Organisation.name_key, col(Organisation.id)))).all()


async def lock_numbers_in_the_clear(tx: Tx) -> Sequence[Named]:
    """Lock the sole traders whose numbers aren't sealed."""
    plain = select(Organisation.id, literal("")).where(
        col(Organisation.sole_trader), col(Organisation.number).is_not(None)
    )
    return await taken(tx, plain.order_by(col(Organisation.id)))


async def organisations_alike(tx: Tx, network: str, one: Organisation) -> Sequence[UUID]:
    """Give the others in the network whose names people would take for the same."""
    ids = select(Membership.organisation_id).where(Membership.network == network)
    alike = select(Organisation.id).where(
        Organisation.name_key == one.name_key,
        Organisation.id != one.id,
        col(Organisation.id).in_(ids),
    )
    return (await tx.exec(alike)).all()


async def vetting_of(tx: Tx, membership_id: UUID) -> Vetting | None:
    here = select(Vetting).where(Vetting.membership_id == membership_id)
    return (await tx.exec(here)).one_or_none()


async def lock_late_approvals(tx: Tx, today: date) -> Sequence[Named]:
    """Lock the approvals whose deadline is over, but for those that the member has signed."""
    signed = select(Agreement.membership_id).where(col(Agreement.state).not_in(LAPSING))
    late = select(Membership.id, Membership.network).where(
        Membership.state == "approved",
        col(Membership.deadline) < today,
        col(Membership.id).not_in(signed),
    )
    return await taken(tx, late.order_by(col(Membership.id)))


async def vettings_of(tx: Tx, memberships: Collection[UUID]) -> dict[UUID, Vetting]:
    here = select(Vetting).where(col(Vetting.membership_id).in_(memberships))
    return {vetting.membership_id: vetting for vetting in await tx.exec(here)}


async def agreement_of(tx: Tx, membership_id: UUID) -> Agreement | None:
    here = select(Agreement).where(Agreement.membership_id == membership_id)
    return (await tx.exec(here)).one_or_none()


async def agreements_of(tx: Tx, memberships: Collection[UUID]) -> dict[UUID, Agreement]:
    here = select(Agreement).where(col(Agreement.membership_id).in_(memberships))
    return {agreement.membership_id: agreement for agreement in await tx.exec(here)}


async def signatures_of(tx: Tx, agreement_id: UUID) -> Sequence[Signature]:
    here = select(Signature).where(Signature.agreement_id == agreement_id)
    return (await tx.exec(here.order_by(col(Signature.signed_on), Signature.party))).all()


async def commitments_of(tx: Tx, membership_id: UUID) -> Sequence[Commitment]:
    here = select(Commitment).where(Commitment.membership_id == membership_id)
    return (await tx.exec(here.order_by(col(Commitment.id)))).all()


async def commitment(tx: Tx, commitment_id: UUID) -> Commitment:
    found = await tx.get(Commitment, commitment_id)
    if found is None:
        raise NotFound
    return found


async def activities_held(tx: Tx, commitments: Collection[UUID]) -> dict[UUID, int]:
    """Give how many activities were held under each commitment that had one."""
    counted = select(Activity.commitment_id, func.count()).where(
        col(Activity.commitment_id).in_(commitments)
    )
    return dict((await tx.exec(counted.group_by(col(Activity.commitment_id)))).all())


async def progress(tx: Tx, commitments: Collection[UUID]) -> dict[UUID, Progress]:
    """Give followup's figures for each commitment that it has told about."""
    here = select(Progress).where(col(Progress.commitment_id).in_(commitments))
    return {heard.commitment_id: heard for heard in (await tx.exec(here)).all()}


async def contacts_of(tx: Tx, organisation_id: UUID) -> Sequence[Contact]:
    here = select(Contact).where(Contact.organisation_id == organisation_id)
    return (await tx.exec(here.order_by(Contact.role, col(Contact.id)))).all()


async def staff(tx: Tx, network: str) -> Sequence[Contact]:
    """Give the network's own staff, by unit."""
    here = select(Contact).where(Contact.network == network, col(Contact.unit).is_not(None))
    return (await tx.exec(here.order_by(col(Contact.unit), Contact.role, col(Contact.id)))).all()


async def named_before(tx: Tx, contact: Contact, alike: Sequence[bytes]) -> bool:
    """Tell whether another has one of these indexes: of staff, in the contact's network."""
    here = select(Contact).where(col(Contact.alike).in_(alike))
    if contact.unit:
        here = here.where(Contact.network == contact.network)
    return (await tx.exec(here.where(Contact.id != contact.id))).first() is not None


async def lock_contacts_named_in(tx: Tx, network: str) -> Sequence[Named]:
    """Lock all that were named in a network: of organisations, and staff."""
    here = select(Contact.id, Contact.network).where(Contact.network == network)
    return (await tx.exec(here.order_by(col(Contact.id)).with_for_update())).all()


async def lock_contacts_left(tx: Tx, ended_before: date) -> Sequence[Named]:
    """Lock the contacts of organisations whose memberships have all ended before a day.

    Staff have no organisation that could leave: SQL counts theirs, NULL, as in no empty list.
    """
    still = select(Membership.organisation_id).where(
        col(Membership.state).not_in(ENDED) | (col(Membership.since) >= ended_before)
    )
    organisation = col(Contact.organisation_id)
    left = select(Contact.id, Contact.network)
    left = left.where(organisation.is_not(None), organisation.not_in(still))
    return await taken(tx, left.order_by(col(Contact.id)))
