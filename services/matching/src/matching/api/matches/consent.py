"""The candidate's side over HTTP: her consent and its witness, her no, her consent taken back."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, Field
from uuid_utils.compat import uuid7

from jobbpakten_events import Code
from matching.api.acts import WithBoth
from matching.api.matches.views import MatchView, view, view_in_full
from matching.commands.matches import consents as commands
from matching.commands.matches import withdrawals
from matching.commands.matches.consents import Yes
from matching.rules.match import MATCH
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body, Day

router = APIRouter(prefix="/matches/{match_id}", tags=["consents"], route_class=IdempotentRoute)
How = Literal["paper", "two_staff", "e_signed", "click"]
TakenBack = Literal[
    "word", "phone", "message", "mail", "paper", "two_staff", "e_signed", "click", "other"
]


def nobody_named(witnesses: object) -> object:
    """Refuse to take a name for somebody who was there."""
    if witnesses:
        raise ValueError(
            "nobody is named: a colleague who heard it confirms it by POST consent-confirmation"
        )
    return witnesses


class NewConsent(Body):
    """How she said yes, until when, and to which of the details she was asked for: by default all.

    A paper or an e-signed document is in the caller's hands. `two_staff` is her word before the
    caller and a colleague, who confirms it by a call of her own. `click` is for the day on which
    she can sign in herself; until then it is refused.
    """

    given_how: How
    fields: Annotated[list[Code] | None, Field(max_length=20)] = None
    until: Day = Field(examples=["2026-06-01"])
    given_on: ActDay = None
    witnesses: Annotated[
        Any,
        AfterValidator(nobody_named),
        Field(deprecated=True, description="Names nobody: leave it out."),
    ] = None


class NewWitness(Body):
    """What is confirmed: the id under which her word waits, as one read it in the match."""

    consent_id: UUID


class NewRefusal(Body):
    """Her no; there is no field for a reason."""

    refused_on: ActDay = None


class NewEnd(Body):
    """How she took her consent back: in any form, by one word to one of the staff."""

    how: TakenBack = "word"
    withdrawn_on: ActDay = None


@router.post("/consent", status_code=201, openapi_extra=may(MATCH.roles["consent"]))
async def give(match_id: UUID, new: NewConsent, act: WithBoth) -> MatchView:
    """Record that she agrees to be shown to this employer; a word waits for its second witness.

    `paper` and `e_signed` are documents that somebody of staff holds. `two_staff` is her word
    before the caller and a colleague, and holds when the colleague has confirmed it:
    `waits_for_witness` names its `consent_id`. 422 `not_by_herself` for `click`.
    """
    act = await act.happened(new.given_on, "given_on")
    yes = Yes(uuid7(), new.given_how, new.until, new.fields)
    return await view_in_full(act, await commands.give(act, match_id, yes))


@router.post("/consent-confirmation", status_code=201, openapi_extra=may(MATCH.roles["consent"]))
async def confirm(match_id: UUID, new: NewWitness, act: WithBoth) -> MatchView:
    """Confirm, as the second of the staff who heard it, what she said: now her consent holds.

    From today. 409 `four_eyes`, `needs_a_person`, `recorded_anew` (read it again),
    `nothing_to_confirm`, `too_late`, `consent_over`.
    """
    match = await commands.confirm(act, match_id, new.consent_id)
    return await view_in_full(act, match)


@router.post("/refusal", status_code=201, openapi_extra=may(MATCH.roles["refuse"]))
async def refuse(match_id: UUID, new: NewRefusal, act: WithBoth) -> MatchView:
    """Record her no; nobody is told more than that the match is withdrawn.

    Once she has agreed, it takes her consent back.
    """
    act = await act.happened(new.refused_on, "refused_on")
    return view(act.profile, await withdrawals.refuse(act, match_id))


@router.post("/consent-withdrawal", status_code=201, openapi_extra=may(MATCH.roles["consent"]))
async def take_back(match_id: UUID, new: NewEnd, act: WithBoth) -> MatchView:
    """End her consent: what was shown is hidden at once; a placement stays."""
    act = await act.happened(new.withdrawn_on, "withdrawn_on")
    return view(act.profile, await commands.take_back(act, match_id, new.how))
