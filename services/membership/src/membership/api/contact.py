"""Contacts of organisations over HTTP: who can be told what, and in which language."""

from datetime import date
from typing import Literal
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import Field

from jobbpakten_events import Code
from membership import queries
from membership.api.acts import Name, Network
from membership.commands import contact as commands
from membership.models import Contact
from membership.rules.access import COORDINATOR, EMPLOYER, TELLS_AGAIN
from shared.database import Tx
from shared.http.access import Calling
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body, View, happened
from shared.people.mailboxes import Email
from shared.people.sealing import Addressee

router = APIRouter(tags=["contacts"], route_class=IdempotentRoute)


class Person(Body):
    """Whom a mail is for, where it goes, and in which language."""

    name: Name
    email: Email
    language: Code = Field(examples=["sv"])
    named_on: ActDay = None

    def addressee(self) -> Addressee:
        return Addressee(name=self.name, address=self.email)


class NewContact(Person):
    role: Literal["signatory", "contact_person", "supervisor"]


class NamedView(View):
    """That somebody was named, without who: answers to a key are kept for two days."""

    contact_id: UUID
    role: str
    language: str
    named_on: date


class ContactView(NamedView):
    """A contact as her own organisation and coordinators see her; null: it can't be opened."""

    name: str | None = None
    email: str | None = None


class Told(View):
    told: int


def named(contact: Contact) -> NamedView:
    return NamedView(**contact.model_dump(), contact_id=contact.id)


@router.get("/members/{membership_id}/contacts", openapi_extra=may(EMPLOYER, COORDINATOR))
async def list_contacts(
    membership_id: UUID, caller: Calling, network: Network, tx: Tx
) -> list[ContactView]:
    """Give the contacts of a member's organisation: to its own people and coordinators."""
    membership = await commands.membership_of(tx, caller, network.network, membership_id)
    found = await queries.contacts_of(tx, membership.organisation_id)
    people = commands.people_behind(tx, found)
    return [ContactView(**named(one).model_dump(), **people.get(one.id, {})) for one in found]


@router.post(
    "/members/{membership_id}/contacts", status_code=201, openapi_extra=may(EMPLOYER, COORDINATOR)
)
async def name_contact(
    membership_id: UUID, new: NewContact, caller: Calling, network: Network, tx: Tx
) -> NamedView:
    """Name somebody who acts for the organisation."""
    on = await happened(tx, new.named_on, "named_on")
    contact = Contact(
        id=uuid4(),
        network=network.network,
        role=new.role,
        language=new.language,
        named_by=caller.id,
        named_on=on,
    )
    return named(await commands.name(tx, caller, network, membership_id, contact, new.addressee()))


@router.put(
    "/members/{membership_id}/contacts/{contact_id}", openapi_extra=may(EMPLOYER, COORDINATOR)
)
async def name_contact_anew(
    membership_id: UUID,
    contact_id: UUID,
    new: Person,
    caller: Calling,
    network: Network,
    tx: Tx,
) -> NamedView:
    """Say the name, address and language that hold from now on."""
    on = await happened(tx, new.named_on, "named_on")
    contact = await commands.lock_contact(tx, caller, network.network, membership_id, contact_id)
    person = new.addressee()
    return named(await commands.name_anew(tx, caller, network, contact, new.language, person, on))


@router.delete(
    "/members/{membership_id}/contacts/{contact_id}",
    status_code=204,
    openapi_extra=may(EMPLOYER, COORDINATOR),
)
async def remove_contact(
    membership_id: UUID, contact_id: UUID, caller: Calling, network: Network, tx: Tx
) -> None:
    """Forget a contact, here and in notifications."""
    contact = await commands.lock_contact(tx, caller, network.network, membership_id, contact_id)
    await commands.forget(tx, contact)


@router.post("/contacts/retelling", status_code=201, openapi_extra=may(TELLS_AGAIN))
async def tell_again(caller: Calling, network: Network, tx: Tx) -> Told:
    """Tell notifications about everybody named in this network anew: after a change of its key."""
    return Told(told=await commands.tell_again(tx, caller, network.network))
