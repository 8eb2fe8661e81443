"""The employer's side over HTTP: its answer, and what staff make of it."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from uuid_utils.compat import uuid7

from jobbpakten_events import Code
from matching.api.acts import WithBoth
from matching.api.placement import PlacementView
from matching.api.placement import view as view_placement
from matching.commands.matches import acceptances, withdrawals
from matching.commands.matches import answers as commands
from matching.commands.matches.acceptances import Plan
from matching.disclosure import MatchView, ShownView, view, view_shown
from matching.rules.match import MATCH
from shared.database import Tx
from shared.http.access import Calling
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body, Day, happened

router = APIRouter(prefix="/matches/{match_id}", tags=["matches"], route_class=IdempotentRoute)


class NewAnswer(Body):
    """The employer's yes, or its no on one of the profile's grounds."""

    answer: Literal["yes", "no"]
    ground: Code | None = None
    answered_on: ActDay = None


class NewConfirmation(Body):
    confirmed_on: ActDay = None


class NewAcceptance(Body):
    """The days of the placement that comes of it; they lie within the place's."""

    starts_on: Day
    ends_before: Day = Field(examples=["2026-06-01"])
    accepted_on: ActDay = None


@router.post(
    "/answer",
    status_code=201,
    openapi_extra=may(MATCH.roles["answer_yes"], MATCH.roles["answer_no"]),
)
async def answer(
    match_id: UUID, new: NewAnswer, caller: Calling, network: WithBoth, tx: Tx
) -> ShownView:
    """Answer for one's organisation, while consent and visibility last; no person in the answer."""
    on = await happened(tx, new.answered_on, "answered_on")
    return view_shown(
        await commands.answer(tx, caller, network, match_id, new.answer, new.ground, on)
    )


@router.post("/confirmation", status_code=201, openapi_extra=may(MATCH.roles["confirm"]))
async def confirm(
    match_id: UUID, new: NewConfirmation, caller: Calling, network: WithBoth, tx: Tx
) -> MatchView:
    """Confirm the employer's no."""
    on = await happened(tx, new.confirmed_on, "confirmed_on")
    return view(await withdrawals.confirm(tx, caller, network, match_id, on))


@router.post("/acceptance", status_code=201, openapi_extra=may(MATCH.roles["accept"]))
async def accept(
    match_id: UUID, new: NewAcceptance, caller: Calling, network: WithBoth, tx: Tx
) -> PlacementView:
    """Accept what another picked and both sides said yes to; gives the planned placement."""
    on = await happened(tx, new.accepted_on, "accepted_on")
    plan = Plan(uuid7(), new.starts_on, new.ends_before)
    return view_placement(await acceptances.accept(tx, caller, network, match_id, plan, on))
