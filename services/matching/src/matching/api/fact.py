"""Facts over HTTP: what was found out, whether she is protected, what she needs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from jobbpakten_events import Code
from matching.api.acts import WithCandidates
from matching.api.candidate_views import StandingView, view_standing
from matching.commands.candidates import facts as commands
from matching.identities import facts
from matching.models import Candidate
from matching.profiles import Profile
from matching.rules.candidate import CANDIDATE
from matching.rules.fact import Form, Value, hidden_for
from shared.database import Tx
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body
from shared.time import clock

router = APIRouter(prefix="/candidates/{ref}", tags=["candidates"], route_class=IdempotentRoute)


class NewFact(Body):
    """What was found out, where, and on which day: today if left out."""

    code: Code = Field(examples=["may_work"])
    value: Value
    source: Code = Field(examples=["document"])
    found_on: ActDay = None


class NewFacts(Body):
    facts: Annotated[list[NewFact], Field(min_length=1, max_length=100)]


class NewProtection(Body):
    form: Form
    found_on: ActDay = None


class NewNeeds(Body):
    """Which adaptations she needs; an empty list is an answer too."""

    needs: Annotated[list[Code], Field(max_length=50, examples=[["step_free"]])]
    asked_on: ActDay = None


class VisibilityView(StandingView):
    """Whether she is visible, and all that hides her."""

    hidden_for: list[str]


async def view(tx: Tx, profile: Profile, candidate: Candidate) -> VisibilityView:
    found = await facts.known_of(tx, candidate.id, profile)
    values = found.values(await clock.today(tx))
    reasons = hidden_for(values, found.protection.form, candidate.state)
    stands = await view_standing(tx, candidate)
    return VisibilityView(**stands.model_dump(), hidden_for=reasons)


@router.put("/facts", openapi_extra=may(CANDIDATE.roles["find"]))
async def record(ref: UUID, new: NewFacts, act: WithCandidates) -> VisibilityView:
    """Write down facts; whether she is visible is computed anew.

    TRUE only from a source that the profile names: 422 `/facts/0/source`. What was found earlier
    never replaces what was found later.
    """
    found = [
        commands.Found(one.code, one.value, one.source, one.found_on or act.on) for one in new.facts
    ]
    return await view(act.tx, act.profile, await commands.record(act, ref, found))


@router.put("/protection", openapi_extra=may(CANDIDATE.roles["find"]))
async def record_protection(ref: UUID, new: NewProtection, act: WithCandidates) -> VisibilityView:
    """Write down which form of protected identity she has; any of them hides her at once."""
    act = await act.happened(new.found_on, "found_on")
    candidate = await commands.record_protection(act, ref, new.form)
    return await view(act.tx, act.profile, candidate)


@router.put("/needs", openapi_extra=may(CANDIDATE.roles["find"]))
async def record_needs(ref: UUID, new: NewNeeds, act: WithCandidates) -> VisibilityView:
    """Write down which adaptations she needs: she has been asked.

    It makes the fact `needs_asked` TRUE; nothing else does.
    """
    act = await act.happened(new.asked_on, "asked_on")
    candidate = await commands.record_needs(act, ref, new.needs)
    return await view(act.tx, act.profile, candidate)
