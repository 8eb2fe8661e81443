"""The municipality's staff over HTTP: who is told what falls to her unit."""

from typing import Literal
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import Field

from jobbpakten_events import Code
from membership import queries
from membership.api.acts import Network
from membership.api.contact import ContactView, NamedView, Person, named
from membership.commands import contact as commands
from membership.models import Contact
from membership.rules.access import COORDINATOR, check_names
from shared.database import Tx
from shared.http.access import Calling
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import happened

router = APIRouter(prefix="/staff", tags=["staff"], route_class=IdempotentRoute)


class NewStaff(Person):
    role: Literal["coordinator", "vetting_officer", "decider", "caseworker"]
    unit: Code = Field(examples=["jobbcenter_city"])  # as in tokens of caseworkers, and in matching


class StaffView(NamedView):
    unit: str


class StaffFile(ContactView):
    unit: str


def view(contact: Contact) -> StaffView:
    return StaffView(**named(contact).model_dump(), unit=contact.of)


@router.get("", openapi_extra=may(COORDINATOR))
async def list_staff(caller: Calling, network: Network, tx: Tx) -> list[StaffFile]:
    """Give the network's staff by unit, to coordinators."""
    check_names(caller, None)
    found = await queries.staff(tx, network.network)
    people = commands.people_behind(tx, found)
    return [StaffFile(**view(one).model_dump(), **people.get(one.id, {})) for one in found]


@router.post("", status_code=201, openapi_extra=may(COORDINATOR))
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


@router.put("/{staff_id}", openapi_extra=may(COORDINATOR))
async def name_staff_anew(
    staff_id: UUID, new: Person, caller: Calling, network: Network, tx: Tx
) -> StaffView:
    """Say the name, address and language that hold from now on."""
    on = await happened(tx, new.named_on, "named_on")
    contact = await commands.lock_staff(tx, caller, network.network, staff_id)
    person = new.addressee()
    return view(await commands.name_anew(tx, caller, network, contact, new.language, person, on))


@router.delete("/{staff_id}", status_code=204, openapi_extra=may(COORDINATOR))
async def remove_staff(staff_id: UUID, caller: Calling, network: Network, tx: Tx) -> None:
    """Forget one of the staff, here and in notifications."""
    await commands.forget(tx, await commands.lock_staff(tx, caller, network.network, staff_id))
