"""The candidate's side over HTTP: her consent, her no, her consent taken back."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from uuid_utils.compat import uuid7

from matching.api.acts import WithBoth
from matching.api.shown import MatchView, view
from matching.commands import consent as commands
from matching.commands import withdrawal
from matching.commands.consent import Yes
from shared.access import Calling
from shared.acts import ActDay, Body, Code, Day, NoNumber, happened
from shared.answers import Once
from shared.database import Tx

router = APIRouter(prefix="/matches/{match_id}", tags=["consents"], route_class=Once)
How = Literal["paper", "two_staff", "e_signed", "click"]
ActorId = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$"), NoNumber]


class NewConsent(Body):
    """How she said yes, until when, and to which of the details she was asked for: by default all.

    A word is given before two of the staff, whose ids are named; other ways have no witnesses.
    """

    given_how: How
    witnesses: Annotated[tuple[ActorId, ...], Field(max_length=5)] = ()
    fields: Annotated[list[Code] | None, Field(max_length=20)] = None
    until: Day
    given_on: ActDay = None


class NewRefusal(Body):
    """Her no; there is no field for a reason."""

    refused_on: ActDay = None


class NewEnd(Body):
    """How she took her consent back: the way she gave it."""

    how: How
    withdrawn_on: ActDay = None


@router.post("/consent", status_code=201)
async def give(
    match_id: UUID, new: NewConsent, caller: Calling, network: WithBoth, tx: Tx
) -> MatchView:
    """Record that she agrees to be shown to this employer."""
    on = await happened(tx, new.given_on, "given_on")
    yes = Yes(uuid7(), new.given_how, new.witnesses, new.until, new.fields)
    return view(await commands.give(tx, caller, network, match_id, yes, on))


@router.post("/refusal", status_code=201)
async def refuse(
    match_id: UUID, new: NewRefusal, caller: Calling, network: WithBoth, tx: Tx
) -> MatchView:
    """Record her no; nobody is told more than that the match is withdrawn."""
    on = await happened(tx, new.refused_on, "refused_on")
    return view(await withdrawal.refuse(tx, caller, network, match_id, on))


@router.post("/consent-withdrawal", status_code=201)
async def take_back(
    match_id: UUID, new: NewEnd, caller: Calling, network: WithBoth, tx: Tx
) -> MatchView:
    """End her consent: what was shown is hidden at once; a placement stays."""
    on = await happened(tx, new.withdrawn_on, "withdrawn_on")
    return view(await commands.take_back(tx, caller, network, match_id, new.how, on))
