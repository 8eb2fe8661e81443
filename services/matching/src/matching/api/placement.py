"""Placements over HTTP: prepare, start and end them; views without a person for employers."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from jobbpakten_events import Code
from matching.api.acts import WithBoth
from matching.commands.placements import endings
from matching.commands.placements import preparations as commands
from matching.models import Placement
from matching.queries import placement as queries
from matching.rules.access import READS_PLACEMENTS, has_cases
from matching.rules.placement import PLACEMENT
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.paging import Paged
from shared.http.requests import ActDay, Body, Day, Standing, View, standing
from shared.savepoints import each_seen

MOST_MINUTES = 1_000_000

router = APIRouter(prefix="/placements", tags=["placements"], route_class=IdempotentRoute)


class NewSignature(Body):
    party: Literal["employer", "participant", "municipality"]
    signed_on: ActDay = None


class NewInsurance(Body):
    insured_on: ActDay = None


class NewSupervisor(Body):
    named_on: ActDay = None


class NewReadiness(Body):
    ready_on: ActDay = None


class NewStart(Body):
    started_on: ActDay = None


class NewCompletion(Body):
    ended_on: ActDay = None


class NewPartialCompletion(Body):
    """The last day on which it took place, and the working time missed until then."""

    last_day: Day
    missed_minutes: Annotated[int, Field(strict=True, ge=0, le=MOST_MINUTES)]


class NewNoShow(Body):
    found_on: ActDay = None


class NewInterruption(Body):
    """Why it ended early, and by which side: sealed, told to nobody."""

    ground: Code = Field(examples=["illness"])
    side: Literal["employer", "participant", "municipality", "nobody"]
    ended_on: ActDay = None


class PublicPlacement(Standing):
    """A placement without the person: for its employer and for coordinators."""

    placement_id: UUID
    place_id: UUID
    organisation_id: UUID
    offer: str
    area: str
    starts_on: date
    ends_before: date


class PlacementView(PublicPlacement):
    """A placement, for the staff of its unit; nothing in it says why it ended."""

    match_id: UUID
    candidate_ref: UUID
    commitment_id: UUID
    unit: str
    signed: dict[str, date]
    insured_on: date | None
    supervisor_named_on: date | None
    started_on: date | None
    last_day: date | None
    missed_minutes: int | None


class Interruption(View):
    ground: str
    side: str


class PlacementFile(PlacementView):
    """The same with why it was interrupted, for the unit's caseworkers."""

    interrupted: Interruption | None


class PlacementsView(View):
    """One page; `next` is where the next one begins, null on the last."""

    placements: list[PlacementView] | list[PublicPlacement]
    next: UUID | None


def view(placement: Placement) -> PlacementView:
    facts = placement.model_dump(exclude={"state", "since", "deadline", "sealed_ground"})
    where = standing(PLACEMENT, placement, placement.deadline)
    return PlacementView(**facts, **where, placement_id=placement.id)


def view_public(placement: Placement) -> PublicPlacement:
    return PublicPlacement.model_validate(view(placement).model_dump(exclude=PERSONAL))


PERSONAL = set(PlacementView.model_fields) - set(PublicPlacement.model_fields)


@router.get("", openapi_extra=may(READS_PLACEMENTS))
async def list_placements(act: WithBoth, asked: Paged) -> PlacementsView:
    """Give placements: a unit's to its caseworkers; an employer its own, without a person."""
    found = await queries.placements(act, asked)
    page, following = asked.cut(found, lambda placement: placement.id)
    see: Callable[[Placement], PublicPlacement] = view if has_cases(act.caller) else view_public
    seen = each_seen(act.tx, "placements", ((one.id, partial(see, one)) for one in page))
    return PlacementsView.model_validate({"placements": seen, "next": following})


@router.get("/{placement_id}", openapi_extra=may(READS_PLACEMENTS))
async def read_placement(placement_id: UUID, act: WithBoth) -> PlacementFile | PublicPlacement:
    """Give one placement; who isn't of its unit sees no person."""
    placement = await queries.placement(act, placement_id)
    if not has_cases(act.caller):
        return view_public(placement)
    why = await endings.why_interrupted(act.tx, placement)
    return PlacementFile(**view(placement).model_dump(), interrupted=why)


@router.post(
    "/{placement_id}/signatures", status_code=201, openapi_extra=may(PLACEMENT.roles["prepare"])
)
async def sign(placement_id: UUID, new: NewSignature, act: WithBoth) -> PlacementView:
    """Record a signature: the employer's, the participant's, the municipality's."""
    act = await act.happened(new.signed_on, "signed_on")
    return view(await commands.sign(act, placement_id, new.party))


@router.post(
    "/{placement_id}/insurance", status_code=201, openapi_extra=may(PLACEMENT.roles["prepare"])
)
async def insure(placement_id: UUID, new: NewInsurance, act: WithBoth) -> PlacementView:
    """Record that the insurance is settled."""
    act = await act.happened(new.insured_on, "insured_on")
    return view(await commands.insure(act, placement_id))


@router.post(
    "/{placement_id}/supervisor", status_code=201, openapi_extra=may(PLACEMENT.roles["prepare"])
)
async def name_supervisor(placement_id: UUID, new: NewSupervisor, act: WithBoth) -> PlacementView:
    """Record that a supervisor is named."""
    act = await act.happened(new.named_on, "named_on")
    return view(await commands.name_supervisor(act, placement_id))


@router.post(
    "/{placement_id}/readiness", status_code=201, openapi_extra=may(PLACEMENT.roles["make_ready"])
)
async def make_ready(placement_id: UUID, new: NewReadiness, act: WithBoth) -> PlacementView:
    """Let it begin: signed, insured, supervised, and the union heard; 409 names what is missing.

    409 `not_ready`, `not_available`, `no_consent`.
    """
    act = await act.happened(new.ready_on, "ready_on")
    return view(await commands.make_ready(act, placement_id))


@router.post("/{placement_id}/start", status_code=201, openapi_extra=may(PLACEMENT.roles["start"]))
async def start(placement_id: UUID, new: NewStart, act: WithBoth) -> PlacementView:
    """Record its first day; not at a suspended member.

    409 `outside_the_plan`, `member_suspended`, `not_available`, `no_consent`.
    """
    act = await act.happened(new.started_on, "started_on")
    return view(await commands.start(act, placement_id))
