"""Contacts and staff: named, named anew, removed, and told to notifications, sealed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from membership import queries
from membership.commands.membership import locked
from membership.models import Contact, Membership
from membership.profiles import Profile
from membership.rules.contact import (
    check_language,
    check_may_name,
    check_may_tell_again,
    check_open,
    check_room,
    ended_before,
)
from shared import outbox
from shared.access import Caller
from shared.causes import because, current
from shared.database import Tx
from shared.events.directory import TOPIC, RecipientNamed
from shared.machines import NotAllowed, NotFound, check_order
from shared.sealing import Addressee, seal
from shared.vaults import Vault

PURPOSE = "contact"


async def membership_of(tx: Tx, caller: Caller, network: str, membership_id: UUID) -> Membership:
    """Take the membership whose contacts the caller may see and name; NotFound if not for her."""
    membership = await locked(tx, caller, network, membership_id)
    check_may_name(caller.role, caller.organisation, membership.organisation_id)
    return membership


async def name(
    tx: Tx,
    caller: Caller,
    profile: Profile,
    membership_id: UUID,
    new: Contact,
    person: Addressee,
) -> Contact:
    """Name a contact of a member, or of who wants to become one."""
    membership = await membership_of(tx, caller, profile.network, membership_id)
    check_open(membership.state)
    check_room(len(await queries.contacts_of(tx, membership.organisation_id)))
    new.organisation_id = membership.organisation_id
    return await keep(tx, profile, new, person)


async def name_staff(
    tx: Tx, caller: Caller, profile: Profile, new: Contact, person: Addressee
) -> Contact:
    """Name one of the municipality's own, in her unit."""
    check_may_name(caller.role, caller.organisation, None)
    return await keep(tx, profile, new, person)


async def name_anew(
    tx: Tx,
    caller: Caller,
    profile: Profile,
    contact: Contact,
    language: str,
    person: Addressee,
    on: date,
) -> Contact:
    """Replace a contact's name, address and language by those that hold now."""
    check_order(on, contact.named_on)
    contact.language, contact.named_by, contact.named_on = language, caller.id, on
    return await keep(tx, profile, contact, person)


async def keep(tx: Tx, profile: Profile, contact: Contact, person: Addressee) -> Contact:
    """Seal a contact with a new key of her own, and tell notifications whom it can reach."""
    check_language(contact.language, profile.languages)
    vault: Vault = tx.info["settings"].vault
    same = f"{contact.of} {contact.role} {person.address.casefold()}"
    await check_first(tx, contact, vault.index(f"{PURPOSE} {same}"))
    contact.person_key = vault.new_key()
    contact.sealed = vault.seal(contact.person_key, person.model_dump(), PURPOSE)
    # Whom another network has among its staff is nothing that this one could see.
    where = f"{contact.network} {same}" if contact.unit else same
    contact.alike = vault.index(f"{PURPOSE} {where}")
    tx.add(contact)
    try:
        await tx.flush()
    except IntegrityError:
        raise already_named() from None
    await tell(tx, [contact], contact.named_on)
    return contact


async def check_first(tx: Tx, contact: Contact, alike: bytes) -> None:
    """Refuse staff whom this network named when their index was made without the network.

    Such rows keep it until they are named anew: no migration has the key to make another.
    """
    if contact.unit and await queries.named_before(tx, contact, alike):
        raise already_named()


def already_named() -> NotAllowed:
    return NotAllowed("already_named", "This address has been named in this role.")


async def tell(tx: Tx, contacts: Sequence[Contact], on: date | None = None) -> None:
    """Tell notifications, and nobody else, who and where they are."""
    public_key = tx.info["settings"].notifications_public_key
    events = [
        RecipientNamed(
            recipient_id=one.id,
            role=one.role,
            of=one.of,
            language=one.language,
            sealed=seal(public_key, person_behind(tx, one)),
        )
        for one in contacts
    ]
    await outbox.tell_all(tx, events, on=on)


def person_behind(tx: Tx, contact: Contact) -> Addressee:
    """Open what identifies a contact."""
    vault: Vault = tx.info["settings"].vault
    return Addressee.model_validate(vault.open(contact.person_key, contact.sealed, PURPOSE))


async def tell_again(tx: Tx, caller: Caller, network: str) -> int:
    """Tell everybody named in a network anew, as notifications' key asks for; give how many."""
    check_may_tell_again(caller.role, caller.organisation)
    found = await queries.contacts_named_in(tx, network)
    await tell(tx, found)
    return len(found)


async def contact_of(
    tx: Tx, caller: Caller, network: str, membership_id: UUID, contact_id: UUID
) -> Contact:
    """Take one contact of a member's organisation; NotFound if there is none for this caller."""
    membership = await membership_of(tx, caller, network, membership_id)
    here = select(Contact).where(
        Contact.id == contact_id, Contact.organisation_id == membership.organisation_id
    )
    return _found((await tx.exec(here.with_for_update())).one_or_none())


async def one_of_staff(tx: Tx, caller: Caller, network: str, staff_id: UUID) -> Contact:
    """Take one of the network's staff; NotFound if there is none for this caller."""
    check_may_name(caller.role, caller.organisation, None)
    here = select(Contact).where(
        Contact.id == staff_id, Contact.network == network, col(Contact.unit).is_not(None)
    )
    return _found((await tx.exec(here.with_for_update())).one_or_none())


def _found(contact: Contact | None) -> Contact:
    if contact is None:
        raise NotFound
    return contact


async def forget(tx: Tx, contacts: Iterable[Contact]) -> None:
    """Remove contacts here, and from what notifications knows."""
    for one in sorted(contacts, key=lambda one: str(one.id)):
        await tx.delete(one)
        with because(replace(current.get(), network=one.network)):
            await outbox.forget(tx, TOPIC, str(one.id))


async def forget_those_who_left(tx: Tx, today: date) -> int:
    """Forget the contacts of organisations that left the last network a while ago."""
    left = await queries.contacts_left(tx, ended_before(today))
    await forget(tx, left)
    return len(left)
