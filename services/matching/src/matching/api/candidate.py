"""Candidates over HTTP: who comes, what she can and wants, rests, comes back and goes."""

from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import Field

from jobbpakten_events import Code
from matching import identities
from matching.api.acts import Hours, WithCandidates, bits
from matching.api.candidate_views import (
    CandidateFile,
    CandidatesView,
    CandidateView,
    RegisteredView,
    StandingView,
    view,
    view_file,
    view_standing,
    views,
)
from matching.api.persons import Abilities, Contact, Name, identity_number
from matching.commands.candidates import registrations as commands
from matching.commands.candidates.registrations import Description, Registration
from matching.queries import candidate as queries
from matching.rules.access import CASEWORKER, SYSTEM
from matching.rules.candidate import CANDIDATE
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.paging import Paged
from shared.http.requests import NUMBER_ALLOWED, ActDay, Body, Day
from shared.time import clock

router = APIRouter(prefix="/candidates", tags=["candidates"], route_class=IdempotentRoute)


class NewDescription(Body):
    """What she can, wants and has time for; what isn't said is unknown."""

    group: Code | None = Field(None, examples=["social_assistance"])
    abilities: Annotated[Abilities, Field(default_factory=dict)]
    offers: Annotated[list[Code], Field(default_factory=list, max_length=50)]
    schedule: Hours | None = None
    available_from: Day | None = None

    def description(self) -> Description:
        hours = None if self.schedule is None else bits(self.schedule)
        return Description(self.group, self.abilities, self.offers, hours, self.available_from)


class NewCandidate(Contact, NewDescription):
    """Who comes into the bank."""

    identity_number: Annotated[str, Field(max_length=40, examples=["198901023286"]), NUMBER_ALLOWED]
    name: Name
    registered_on: ActDay = None

    def registration(self, today: date) -> Registration:
        number = identity_number(self.identity_number, today)
        person = identities.Person(number=number, name=self.name, **self.contact())
        return Registration(person, self.language, self.description())


class NewParking(Body):
    """How long she rests, that day included, and why: a code that is sealed."""

    until: Day
    ground: Code = Field(examples=["illness"])
    parked_on: ActDay = None


class NewReturn(Body):
    returned_on: ActDay = None


class NewClosing(Body):
    """Why she leaves: a code of the profile's `departures`."""

    ground: Code = Field(examples=["moved"])
    closed_on: ActDay = None


@router.post("", status_code=201, openapi_extra=may(CANDIDATE.roles["register"]))
async def register(new: NewCandidate, act: WithCandidates) -> RegisteredView:
    """Let a person into the bank of the caller's unit.

    An identity number may be written in any form, also a samordningsnummer or an interim number.
    409 `already_registered` (in the unit), `cannot_register` (otherwise: ask the coordinator).
    """
    act = await act.happened(new.registered_on, "registered_on")
    registration = new.registration(await clock.today(act.tx))
    candidate = await commands.register(act, uuid4(), registration)
    stands = await view_standing(act.tx, candidate)
    return RegisteredView(**stands.model_dump(), hidden_for=[*act.profile.facts])


@router.get("", openapi_extra=may(CASEWORKER))
async def list_candidates(
    act: WithCandidates,
    asked: Paged,
) -> CandidatesView:
    """Give the candidates of the caller's unit in the order of registration, without names.

    With the codes of what hides each of them, as her own file says them.
    """
    found = await queries.candidates(act, asked)
    page, following = asked.cut(found, lambda candidate: candidate.id)
    seen = await views(act.tx, act.profile, page)
    return CandidatesView(candidates=seen, next=following)


@router.get("/{ref}", openapi_extra=may(CASEWORKER))
async def read_candidate(ref: UUID, act: WithCandidates) -> CandidateFile:
    """Give one candidate of the caller's unit, with all that is known of her.

    All but the identity number, which is shown to nobody. 409 `unreadable` where no key opens it.
    """
    candidate = await queries.candidate(act, ref)
    return await view_file(act.tx, act.profile, candidate)


@router.put("/{ref}/profile", openapi_extra=may(CANDIDATE.roles["describe"]))
async def describe(ref: UUID, new: NewDescription, act: WithCandidates) -> CandidateView:
    """Write down anew what she can, wants and has time for."""
    return await view(act.tx, await commands.describe(act, ref, new.description()))


@router.put("/{ref}/contact", openapi_extra=may(CANDIDATE.roles["describe"]))
async def reach(ref: UUID, new: Contact, act: WithCandidates) -> StandingView:
    """Write down anew how she is reached."""
    reached = await commands.reach(act, ref, new.language, new.contact())
    return await view_standing(act.tx, reached)


@router.post("/{ref}/parking", status_code=201, openapi_extra=may(CANDIDATE.roles["park"]))
async def park(ref: UUID, new: NewParking, act: WithCandidates) -> StandingView:
    """Let her rest until a day; her open matches end."""
    act = await act.happened(new.parked_on, "parked_on")
    parked = await commands.park(act, ref, new.until, new.ground)
    return await view_standing(act.tx, parked)


@router.post(
    "/{ref}/return", status_code=201, openapi_extra=may(CANDIDATE.roles["return"] - SYSTEM)
)
async def bring_back(ref: UUID, new: NewReturn, act: WithCandidates) -> StandingView:
    """End her rest before its day."""
    act = await act.happened(new.returned_on, "returned_on")
    return await view_standing(act.tx, await commands.bring_back(act, ref))


@router.post("/{ref}/closing", status_code=201, openapi_extra=may(CANDIDATE.roles["close"]))
async def close(ref: UUID, new: NewClosing, act: WithCandidates) -> StandingView:
    """Let her go from the bank; with a livelihood of her own it is an end of its own kind.

    On one of the profile's `departures`: else 422 `unknown_ground`. 409 while a placement is
    planned or runs.
    """
    act = await act.happened(new.closed_on, "closed_on")
    return await view_standing(act.tx, await commands.close(act, ref, new.ground))
