"""The employer's side over HTTP: its answer, and what staff make of it."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from uuid_utils.compat import uuid7

from jobbpakten_events import Code
from matching.api.acts import WithBoth
from matching.api.matches.views import MatchView, view
from matching.api.placement import PlacementView
from matching.api.placement import view as view_placement
from matching.commands.matches import acceptances, withdrawals
from matching.commands.matches import answers as commands
from matching.commands.matches.acceptances import Plan
from matching.disclosure import ShownView, view_shown
from matching.rules.match import MATCH
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body, Day

router = APIRouter(prefix="/matches/{match_id}", tags=["matches"], route_class=IdempotentRoute)


class NewAnswer(Body):
    """The employer's yes, or its no on one of `employer_declines` in `GET /networks/{network}`."""

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
async def answer(match_id: UUID, new: NewAnswer, act: WithBoth) -> ShownView:
    """Answer for one's organisation, while consent and visibility last; no person in the answer.

    Of today: 422 `earlier_than_today`; after its last day 409 `too_late`.
    """
    act = await act.happened(new.answered_on, "answered_on")
    return view_shown(await commands.answer(act, match_id, new.answer, new.ground))


@router.post("/confirmation", status_code=201, openapi_extra=may(MATCH.roles["confirm"]))
async def confirm(match_id: UUID, new: NewConfirmation, act: WithBoth) -> MatchView:
    """Confirm the employer's no."""
    act = await act.happened(new.confirmed_on, "confirmed_on")
    return view(act.profile, await withdrawals.confirm(act, match_id))


@router.post("/acceptance", status_code=201, openapi_extra=may(MATCH.roles["accept"]))
async def accept(match_id: UUID, new: NewAcceptance, act: WithBoth) -> PlacementView:
    """Accept what another picked and both sides said yes to; gives the planned placement.

    409 `four_eyes`, `needs_a_person`, `no_consent`, `not_available`, `does_not_fit`; 422
    `after_the_consent`.
    """
    act = await act.happened(new.accepted_on, "accepted_on")
    plan = Plan(uuid7(), new.starts_on, new.ends_before)
    return view_placement(await acceptances.accept(act, match_id, plan))
