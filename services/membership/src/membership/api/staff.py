"""The municipality's staff over HTTP: who is told what falls to her unit."""

from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter

from membership import queries
from membership.api.acts import Network
from membership.api.contact import ContactView, NamedView, Person, named
from membership.commands import contact as commands
from membership.models import Contact
from membership.rules.contact import check_may_name
from shared.access import Calling
from shared.acts import Code, NoNumber, happened
from shared.answers import Once
from shared.database import Tx

router = APIRouter(prefix="/staff", tags=["staff"], route_class=Once)

Unit = Annotated[Code, NoNumber]  # as in the tokens of caseworkers, and in matching


class NewStaff(Person):
    role: Literal["coordinator", "vetting_officer", "decider", "caseworker"]
    unit: Unit


class StaffView(NamedView):
    unit: str


class StaffFile(ContactView):
    unit: str


def view(contact: Contact) -> StaffView:
    return StaffView(**named(contact).model_dump(), unit=contact.of)


@router.get("")
async def list_staff(caller: Calling, network: Network, tx: Tx) -> list[StaffFile]:
    """Give the network's staff by unit, to coordinators."""
    check_may_name(caller.role, caller.organisation, None)
    found = await queries.staff(tx, network.network)
    people = ((one, commands.person_behind(tx, one)) for one in found)
    return [
        StaffFile(**view(one).model_dump(), name=person.name, email=person.address)
        for one, person in people
    ]


@router.post("", status_code=201)
async def name_staff(new: NewStaff, caller: Calling, network: Network, tx: Tx) -> StaffView:
    """Name somebody who works for the municipality, in her unit."""
    on = await happened(tx, new.named_on, "named_on")
    contact = Contact(
        id=uuid4(),
        network=network.network,
        unit=new.unit,
        role=new.role,
        language=new.language,
        named_by=caller.id,
        named_on=on,
    )
    return view(await commands.name_staff(tx, caller, network, contact, new.addressee()))


@router.put("/{staff_id}")
async def name_staff_anew(
    staff_id: UUID, new: Person, caller: Calling, network: Network, tx: Tx
) -> StaffView:
    """Say the name, address and language that hold from now on."""
    on = await happened(tx, new.named_on, "named_on")
    contact = await commands.one_of_staff(tx, caller, network.network, staff_id)
    person = new.addressee()
    return view(await commands.name_anew(tx, caller, network, contact, new.language, person, on))


@router.delete("/{staff_id}", status_code=204)
async def remove_staff(staff_id: UUID, caller: Calling, network: Network, tx: Tx) -> None:
    """Forget one of the staff, here and in notifications."""
    await commands.forget(tx, [await commands.one_of_staff(tx, caller, network.network, staff_id)])
