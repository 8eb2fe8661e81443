"""Memberships over HTTP: apply, declare, withdraw; the list, and one with all that hangs on it."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict, Field, StrictBool, model_validator
from uuid_utils.compat import uuid7

from jobbpakten_events import Code
from membership import queries
from membership.api.acts import Name, Network
from membership.api.agreement import AgreementView, view_agreement
from membership.api.commitment import CommitmentView, view_commitments
from membership.api.organisation_numbers import OrganisationNumber, is_of_sole_trader
from membership.commands import membership as commands
from membership.models import Membership, Organisation
from membership.profiles import Profile
from membership.queries import Member
from membership.rules.access import EMPLOYER, STAFF
from membership.rules.membership import MEMBERSHIP, Beside, acts_next
from membership.rules.organisation import name_key, size_of
from membership.rules.vetting import is_answered
from shared.database import Tx
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.paging import Paged
from shared.http.requests import NUMBER_ALLOWED, ActDay, Body, Standing, View, standing
from shared.networks.profiles import Texts
from shared.savepoints import each_seen
from shared.time import clock

NOTHING_BESIDE = Beside()

router = APIRouter(prefix="/members", tags=["members"], route_class=IdempotentRoute)


class NewApplication(Body):
    """Who applies. Either the number of employees or the size band is named."""

    number: Annotated[OrganisationNumber, NUMBER_ALLOWED]  # a sole trader's is her own
    name: Name
    sector: Literal["business", "civil_society", "public"]
    employees: Annotated[int | None, Field(strict=True, ge=0, le=10_000_000)] = None
    size: Literal["micro", "small", "medium", "large"] | None = Field(None, examples=["small"])
    municipal_unit: StrictBool = False
    applied_on: ActDay = None

    @model_validator(mode="after")
    def says_its_size_once(self) -> Self:
        if (self.employees is None) == (self.size is None):
            raise ValueError("name either employees or size")
        if self.municipal_unit and self.sector != "public":
            raise ValueError("a municipal unit belongs to the public sector")
        return self

    def organisation(self) -> Organisation:
        return Organisation(
            id=uuid7(),
            number=self.number,
            sole_trader=is_of_sole_trader(self.number),
            name=self.name,
            name_key=name_key(self.name),
            sector=self.sector,
            size=self.size or size_of(self.employees or 0),
            municipal_unit=self.municipal_unit,
        )


A_DECLARATION: dict[str, Any] = {  # of the network Jobbpakten; another has other values
    "examples": [
        {
            "non_discrimination": True,
            "gender_equality": True,
            "equality": True,
            "human_rights": True,
            "text_version": "2023-1",
        }
    ]
}


class NewDeclaration(Body):
    """Each of the network's values by its code, said; a missing one is never agreement."""

    model_config = ConfigDict(extra="allow", json_schema_extra=A_DECLARATION)
    __pydantic_extra__: dict[Code, StrictBool] = Field(init=False)

    text_version: Annotated[str, Field(max_length=20, examples=["2023-1"])]
    declared_on: ActDay = None


class NewWithdrawal(Body):
    withdrawn_on: ActDay = None


class StandingView(Standing):
    """Where a membership stands, without a name: answers to a key are kept for two days."""

    membership_id: UUID
    organisation_id: UUID
    overdue: bool
    values_declared_on: date | None


class ApplicationView(StandingView):
    """What an application is answered; `warnings` are codes of what a person should look at."""

    warnings: list[Literal["mixed_letters", "near_duplicate", "known_by_another_name"]]


class MemberView(StandingView):
    """A membership with its organisation; a sole trader's number is never shown.

    `conditions` are items of the checklist that the member has yet to meet; `review` says how to
    get a refusal tried again.
    """

    name: str
    number: str | None
    sector: str
    size: str
    municipal_unit: bool
    conditions: list[str]
    ground: str | None
    review: Texts | None


class MemberFile(MemberView):
    """A membership with its agreement and commitments."""

    agreement: AgreementView | None
    commitments: list[CommitmentView]


class MembersView(View):
    """One page; `next` is where the next one begins, null on the last."""

    members: list[MemberView]
    next: UUID | None


def view_standing(
    membership: Membership, today: date, beside: Beside = NOTHING_BESIDE
) -> StandingView:
    """Say where a membership stands, and what waits for whom."""
    owner, action = acts_next(membership.state, membership.values_declared_on, beside)
    where = standing(MEMBERSHIP, membership, membership.deadline)
    where |= {"owner": owner or None, "next_action": action or None}
    late = bool(where["deadline"] and where["deadline"] < today)
    facts = membership.model_dump() | where
    return StandingView(**facts, membership_id=membership.id, overdue=late)


async def view_members(tx: Tx, profile: Profile, found: Sequence[Member]) -> list[MemberView]:
    """Give memberships as their members and staff see them, each with what hangs on it."""
    today, ids = await clock.today(tx), [membership.id for membership, _ in found]
    vettings = await queries.vettings_of(tx, ids)
    agreements = await queries.agreements_of(tx, ids)

    def seen(membership: Membership, organisation: Organisation) -> MemberView:
        vetting, agreement = vettings.get(membership.id), agreements.get(membership.id)
        beside = Beside(
            vetting is not None and is_answered(profile.checklist, vetting.given),
            agreement.state if agreement else "",
        )
        return MemberView(
            **organisation.model_dump(exclude={"number"}),
            **view_standing(membership, today, beside).model_dump(),
            number=None if organisation.sole_trader else organisation.number,
            conditions=vetting.conditions if vetting else [],
            ground=membership.ground,
            review=profile.review(membership.ground, membership.state),
        )

    return each_seen(tx, "memberships", ((one[0].id, partial(seen, *one)) for one in found))


@router.post("", status_code=201, openapi_extra=may(MEMBERSHIP.roles["apply"]))
async def apply(new: NewApplication, act: Network) -> ApplicationView:
    """Apply to the network; a first application needs no organisation in the token."""
    act = await act.happened(new.applied_on, "applied_on")
    membership, warnings = await commands.apply(act, uuid7(), new.organisation())
    stands = view_standing(membership, await clock.today(act.tx))
    return ApplicationView(**stands.model_dump(), warnings=warnings)


@router.get("", openapi_extra=may(STAFF, EMPLOYER))
async def list_members(act: Network, asked: Paged) -> MembersView:
    """Give the memberships in the order of application: staff all, an employer its own."""
    found = await queries.members(act, asked)
    page, following = asked.cut(found, lambda member: member[0].id)
    return MembersView(members=await view_members(act.tx, act.profile, page), next=following)


@router.get("/{membership_id}", openapi_extra=may(STAFF, EMPLOYER))
async def read_member(membership_id: UUID, act: Network) -> MemberFile:
    """Give one membership with its agreement, its commitments and what came of them."""
    found = await queries.member(act, membership_id)
    return MemberFile(
        **(await view_members(act.tx, act.profile, [found]))[0].model_dump(),
        agreement=await view_agreement(act.tx, found[0]),
        commitments=await view_commitments(act.tx, act.caller, membership_id),
    )


@router.post(
    "/{membership_id}/values", status_code=201, openapi_extra=may(MEMBERSHIP.roles["declare"])
)
async def declare_values(membership_id: UUID, new: NewDeclaration, act: Network) -> StandingView:
    """Declare that the applicant stands behind each of the network's values.

    422 with its pointer for a value that isn't said, or is said no to; and `unknown_value`.
    """
    act = await act.happened(new.declared_on, "declared_on")
    said = new.__pydantic_extra__
    membership = await commands.declare_values(act, membership_id, said, new.text_version)
    return view_standing(membership, await clock.today(act.tx))


@router.post(
    "/{membership_id}/withdrawal", status_code=201, openapi_extra=may(MEMBERSHIP.roles["withdraw"])
)
async def withdraw(membership_id: UUID, new: NewWithdrawal, act: Network) -> StandingView:
    """Withdraw an application that hasn't become an agreement."""
    act = await act.happened(new.withdrawn_on, "withdrawn_on")
    membership = await commands.withdraw(act, membership_id)
    return view_standing(membership, await clock.today(act.tx))
