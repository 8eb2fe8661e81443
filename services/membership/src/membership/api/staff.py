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
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute

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
async def list_staff(act: Network) -> list[StaffFile]:
    """Give the network's staff by unit, to coordinators."""
    check_names(act.caller, None)
    found = await queries.staff(act.tx, act.network)
    people = commands.people_behind(act.tx, found)
    return [StaffFile(**view(one).model_dump(), **people.get(one.id, {})) for one in found]


@router.post("", status_code=201, openapi_extra=may(COORDINATOR))
async def name_staff(new: NewStaff, act: Network) -> StaffView:
    """Name somebody who works for the municipality, in her unit."""
    act = await act.happened(new.named_on, "named_on")
    contact = Contact(
        id=uuid4(),
        network=act.network,
        unit=new.unit,
        role=new.role,
        language=new.language,
        named_by=act.caller.id,
        named_on=act.on,
    )
    return view(await commands.name_staff(act, contact, new.addressee()))


@router.put("/{staff_id}", openapi_extra=may(COORDINATOR))
async def name_staff_anew(staff_id: UUID, new: Person, act: Network) -> StaffView:
    """Say the name, address and language that hold from now on."""
    act = await act.happened(new.named_on, "named_on")
    contact = await commands.lock_staff(act, staff_id)
    person = new.addressee()
    return view(await commands.name_anew(act, contact, new.language, person))


@router.delete("/{staff_id}", status_code=204, openapi_extra=may(COORDINATOR))
async def remove_staff(staff_id: UUID, act: Network) -> None:
    """Forget one of the staff, here and in notifications."""
    await commands.forget(act.tx, await commands.lock_staff(act, staff_id))
