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
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body, View
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
async def list_contacts(membership_id: UUID, act: Network) -> list[ContactView]:
    """Give the contacts of a member's organisation: to its own people and coordinators."""
    membership = await commands.membership_of(act, membership_id)
    found = await queries.contacts_of(act.tx, membership.organisation_id)
    people = commands.people_behind(act.tx, found)
    return [ContactView(**named(one).model_dump(), **people.get(one.id, {})) for one in found]


@router.post(
    "/members/{membership_id}/contacts", status_code=201, openapi_extra=may(EMPLOYER, COORDINATOR)
)
async def name_contact(membership_id: UUID, new: NewContact, act: Network) -> NamedView:
    """Name somebody who acts for the organisation."""
    act = await act.happened(new.named_on, "named_on")
    contact = Contact(
        id=uuid4(),
        network=act.network,
        role=new.role,
        language=new.language,
        named_by=act.caller.id,
        named_on=act.on,
    )
    return named(await commands.name(act, membership_id, contact, new.addressee()))


@router.put(
    "/members/{membership_id}/contacts/{contact_id}", openapi_extra=may(EMPLOYER, COORDINATOR)
)
async def name_contact_anew(
    membership_id: UUID, contact_id: UUID, new: Person, act: Network
) -> NamedView:
    """Say the name, address and language that hold from now on."""
    act = await act.happened(new.named_on, "named_on")
    contact = await commands.lock_contact(act, membership_id, contact_id)
    person = new.addressee()
    return named(await commands.name_anew(act, contact, new.language, person))


@router.delete(
    "/members/{membership_id}/contacts/{contact_id}",
    status_code=204,
    openapi_extra=may(EMPLOYER, COORDINATOR),
)
async def remove_contact(membership_id: UUID, contact_id: UUID, act: Network) -> None:
    """Forget a contact, here and in notifications."""
    contact = await commands.lock_contact(act, membership_id, contact_id)
    await commands.forget(act.tx, contact)


@router.post("/contacts/retelling", status_code=201, openapi_extra=may(TELLS_AGAIN))
async def tell_again(act: Network) -> Told:
    """Tell notifications about everybody named in this network anew: after a change of its key."""
    return Told(told=await commands.tell_again(act))
