"""Contacts and staff: named, named anew, removed, and told to notifications, sealed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from jobbpakten_events.directory import TOPIC, RecipientNamed
from membership import queries
from membership.commands.membership import lock_membership
from membership.models import Contact, Membership
from membership.profiles import Profile
from membership.rules.access import check_names, check_tells_again
from membership.rules.contact import (
    check_language,
    check_open,
    check_room,
    ended_before,
)
from membership.settings import Settings
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import NotAllowed, NotFound, check_order
from shared.messaging import outbox
from shared.messaging.causation import because, current
from shared.people.sealing import Addressee, seal
from shared.people.vaults import LARGE, Label, Vault, form_of, lock_indexes
from shared.savepoints import each_by_itself, each_seen

PURPOSE = "contact"


async def membership_of(act: Act[Profile], membership_id: UUID) -> Membership:
    """Take the membership whose contacts the caller may see and name; NotFound if not for her."""
    membership = await lock_membership(act, membership_id)
    check_names(act.caller, membership.organisation_id)
    return membership


async def name(act: Act[Profile], membership_id: UUID, new: Contact, person: Addressee) -> Contact:
    """Name a contact of a member, or of who wants to become one."""
    membership = await membership_of(act, membership_id)
    check_open(membership.state)
    check_room(len(await queries.contacts_of(act.tx, membership.organisation_id)))
    new.organisation_id = membership.organisation_id
    return await store(act.tx, act.profile, new, person)


async def name_staff(act: Act[Profile], new: Contact, person: Addressee) -> Contact:
    """Name one of the municipality's own, in her unit."""
    check_names(act.caller, None)
    return await store(act.tx, act.profile, new, person)


async def name_anew(
    act: Act[Profile], contact: Contact, language: str, person: Addressee
) -> Contact:
    """Replace a contact's name, address and language by those that hold now."""
    check_order(act.on, contact.named_on)
    contact.language, contact.named_by, contact.named_on = language, act.caller.id, act.on
    return await store(act.tx, act.profile, contact, person)


async def store(tx: Tx, profile: Profile, contact: Contact, person: Addressee) -> Contact:
    """Seal a contact with a new key of her own, and tell notifications whom it can reach."""
    check_language(contact.language, profile.languages)
    vault, form = tx.own(Settings).vault, await form_of(tx)
    await check_first(tx, contact, person)
    contact.person_key = vault.new_key(label(contact), form)
    contact.sealed = sealed(vault, contact, person, form)
    contact.alike = vault.index(like(contact, person))
    tx.add(contact)
    try:
        await tx.flush()
    except IntegrityError:
        raise already_named() from None
    await tell_of_contact(tx, contact, contact.named_on)
    return contact


def like(contact: Contact, person: Addressee, *, in_network: bool = True) -> str:
    """Say what nobody else may be: in this role, in the same place, at the same address.

    Whom another network has among its staff is nothing that this one could see.
    """
    where = f"{contact.network} " if contact.unit and in_network else ""
    return f"{PURPOSE} {where}{contact.of} {contact.role} {person.address.casefold()}"


async def check_first(tx: Tx, contact: Contact, person: Addressee) -> None:
    """Refuse whom no constraint sees: her index was made by the key before ours.

    Or without her network, of staff: such rows keep it until they are named anew, or wrapped.
    """
    vault = tx.own(Settings).vault
    same, *before = vault.indexes(like(contact, person))
    await lock_indexes(tx, [same, *before])
    if contact.unit:
        before += vault.indexes(like(contact, person, in_network=False))
    if before and await queries.named_before(tx, contact, before):
        raise already_named()


def already_named() -> NotAllowed:
    return NotAllowed("already_named", "This address has been named in this role.")


async def tell_of_contact(tx: Tx, contact: Contact, on: date | None = None) -> None:
    """Tell notifications, and nobody else, who and where she is."""
    public_key = tx.own(Settings).notifications_public_key
    event = RecipientNamed(
        recipient_id=contact.id,
        role=contact.role,
        of=contact.of,
        language=contact.language,
        sealed=seal(public_key, person_behind(tx, contact)),
    )
    await outbox.tell(tx, event, on=on)


def person_behind(tx: Tx, contact: Contact) -> Addressee:
    """Open what identifies a contact."""
    vault = tx.own(Settings).vault
    facts = vault.open(contact.person_key, contact.sealed, label(contact))
    return Addressee.model_validate(facts)


def people_behind(tx: Tx, contacts: Sequence[Contact]) -> dict[UUID, dict[str, str]]:
    """Open what identifies each of several contacts, by id; without those that can't be opened."""

    def known(one: Contact) -> tuple[UUID, dict[str, str]]:
        person = person_behind(tx, one)
        return one.id, {"name": person.name, "email": person.address}

    return dict(each_seen(tx, "contacts", ((one.id, partial(known, one)) for one in contacts)))


def label(contact: Contact) -> Label:
    return Label(PURPOSE, (contact.network, str(contact.id)))


def sealed(vault: Vault, contact: Contact, person: Addressee, form: int) -> bytes:
    return vault.seal(contact.person_key, person.model_dump(), label(contact), form, LARGE)


async def reseal(tx: Tx, contact: Contact) -> None:
    """Seal what identifies a contact in the form that holds now."""
    vault = tx.own(Settings).vault
    person, form = person_behind(tx, contact), await form_of(tx)
    contact.person_key = vault.rewrap(contact.person_key, label(contact), form)
    contact.sealed = sealed(vault, contact, person, form)


async def rewrap(tx: Tx, contact: Contact) -> None:
    """Wrap a contact's key by the key that the settings hold now, and find her by it."""
    vault, person = tx.own(Settings).vault, person_behind(tx, contact)
    contact.person_key = vault.rewrap(contact.person_key, label(contact), await form_of(tx))
    contact.alike = vault.index(like(contact, person))


async def tell_again(act: Act[Profile]) -> int:
    """Tell everybody named in a network anew, as notifications' key asks for; give how many.

    Each by herself: one whose row is broken keeps no mail from the others.
    """
    check_tells_again(act.caller)
    found = await queries.lock_contacts_named_in(act.tx, act.network)
    return await each_by_itself(act.tx, "contacts", found, partial(tell_one, act.tx))


async def tell_one(tx: Tx, contact_id: UUID) -> None:
    await tell_of_contact(tx, await tx.get_one(Contact, contact_id, populate_existing=True))


async def lock_contact(act: Act[Profile], membership_id: UUID, contact_id: UUID) -> Contact:
    """Take one contact of a member's organisation; NotFound if there is none for this caller."""
    membership = await membership_of(act, membership_id)
    here = select(Contact).where(
        Contact.id == contact_id, Contact.organisation_id == membership.organisation_id
    )
    return _found((await act.tx.exec(here.with_for_update())).one_or_none())


async def lock_staff(act: Act[Profile], staff_id: UUID) -> Contact:
    """Take one of the network's staff; NotFound if there is none for this caller."""
    check_names(act.caller, None)
    here = select(Contact).where(
        Contact.id == staff_id, Contact.network == act.network, col(Contact.unit).is_not(None)
    )
    return _found((await act.tx.exec(here.with_for_update())).one_or_none())


def _found(contact: Contact | None) -> Contact:
    if contact is None:
        raise NotFound
    return contact


async def forget(tx: Tx, contact: Contact) -> None:
    """Remove a contact here, and from what notifications knows."""
    await tx.delete(contact)
    with because(replace(current.get(), network=contact.network)):
        await outbox.forget(tx, TOPIC, str(contact.id))


async def forget_those_who_left(tx: Tx, today: date) -> int:
    """Forget the contacts of organisations that left the last network a while ago."""
    left = await queries.lock_contacts_left(tx, ended_before(today))
    return await each_by_itself(tx, "contacts", left, partial(forget_one, tx))


async def forget_one(tx: Tx, contact_id: UUID) -> None:
    await forget(tx, await tx.get_one(Contact, contact_id, populate_existing=True))
