"""Candidates over HTTP: who comes, what she can and wants, and where her case stands."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from pydantic import Field

from matching import identities
from matching.api.acts import PAGE, Hours, WithCandidates, bits, words
from matching.api.persons import Abilities, Contact, Name, identity_number
from matching.commands import candidate as commands
from matching.commands.candidate import Description, Registration
from matching.identities import known
from matching.models import Candidate
from matching.profiles import Profile
from matching.queries import candidate as queries
from matching.rules.candidate import CANDIDATE
from matching.rules.fact import Form, Value, hidden_for
from shared import clock
from shared.access import Calling
from shared.acts import ActDay, Body, Code, Day, Standing, View, happened, standing
from shared.answers import Once
from shared.database import Tx

router = APIRouter(prefix="/candidates", tags=["candidates"], route_class=Once)


class NewDescription(Body):
    """What she can, wants and has time for; what isn't said is unknown."""

    group: Code | None = None
    abilities: Annotated[Abilities, Field(default_factory=dict)]
    offers: Annotated[list[Code], Field(default_factory=list, max_length=50)]
    schedule: Hours | None = None
    available_from: Day | None = None

    def description(self) -> Description:
        hours = None if self.schedule is None else bits(self.schedule)
        return Description(self.group, self.abilities, self.offers, hours, self.available_from)


class NewCandidate(Contact, NewDescription):
    """Who comes into the bank."""

    identity_number: Annotated[str, Field(max_length=40)]
    name: Name
    registered_on: ActDay = None

    def registration(self, today: date) -> Registration:
        number = identity_number(self.identity_number, today)
        person = identities.Person(number=number, name=self.name, **self.contact())
        return Registration(person, self.language, self.description())


class NewParking(Body):
    """How long she rests, that day included, and why: a code that is sealed."""

    until: Day
    ground: Code
    parked_on: ActDay = None


class NewReturn(Body):
    returned_on: ActDay = None


class NewClosing(Body):
    ground: Literal["own_livelihood", "moved", "not_entitled", "not_wanted", "other"]
    closed_on: ActDay = None


class StandingView(Standing):
    """Where a candidate stands, without anything that says who she is or why."""

    candidate_ref: UUID
    unit: str
    visible: bool


class RegisteredView(StandingView):
    """What a registration is answered; facts are all unknown at first."""

    hidden_for: list[str]


class CandidateView(StandingView):
    """A candidate as the matching engine may see her."""

    registered_on: date
    language: str
    group: str | None
    abilities: dict[str, bool]
    offers: list[str]
    schedule: list[str] | None
    available_from: date | None


class CandidatesView(View):
    """One page; `next` is where the next one begins, null on the last."""

    candidates: list[CandidateView]
    next: UUID | None


class FactView(View):
    """What is known today, from where; `good_until` is its last day, null for ever."""

    code: str
    value: Value
    source: str
    found_on: date | None
    good_until: date | None


class CandidateFile(CandidateView):
    """All that her own unit's caseworkers see, and nobody else; her number is shown to nobody."""

    name: str
    wants_email: bool
    email: str | None
    phone: str | None
    address: str | None
    hidden_for: list[str]
    facts: list[FactView]
    protection: Form | None
    needs: list[str] | None
    ground: str | None


def view_standing(candidate: Candidate) -> StandingView:
    return StandingView(
        **standing(CANDIDATE, candidate, candidate.deadline),
        **candidate.model_dump(include={"unit", "visible"}),
        candidate_ref=candidate.id,
    )


def view(candidate: Candidate) -> CandidateView:
    facts = candidate.model_dump(exclude={"state", "since", "deadline", "unit", "visible"})
    hours = None if candidate.schedule is None else words(candidate.schedule)
    return CandidateView(
        **facts | {"schedule": hours},
        **view_standing(candidate).model_dump(),
        group=candidate.target_group,
    )


async def view_file(tx: Tx, profile: Profile, candidate: Candidate) -> CandidateFile:
    """Open all that is known of one candidate."""
    who = await identities.person(tx, candidate.id)
    found = await known.known_of(tx, candidate.id, profile)
    needs = await identities.needs_of(tx, candidate.id)
    values = found.values(await clock.today(tx))
    facts = [
        FactView.model_validate({"code": code, **asdict(one), "value": values[code]})
        for code, one in found.facts.items()
    ]
    return CandidateFile(
        **view(candidate).model_dump(),
        **commands.contact_of(who),
        name=who.name,
        hidden_for=hidden_for(values, found.protection.form, candidate.state),
        facts=facts,
        protection=found.protection.form,
        needs=None if needs is None else sorted(needs),
        ground=await known.ground_of(tx, candidate.id),
    )


@router.post("", status_code=201)
async def register(
    new: NewCandidate, caller: Calling, network: WithCandidates, tx: Tx
) -> RegisteredView:
    """Let a person into the bank of the caller's unit."""
    on = await happened(tx, new.registered_on, "registered_on")
    registration = new.registration(await clock.today(tx))
    candidate = await commands.register(tx, caller, network, uuid4(), registration, on)
    return RegisteredView(**view_standing(candidate).model_dump(), hidden_for=[*network.facts])


@router.get("")
async def list_candidates(
    caller: Calling,
    network: WithCandidates,
    tx: Tx,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> CandidatesView:
    """Give the candidates of the caller's unit in the order of registration, without names."""
    found = await queries.candidates(tx, caller, network.network, after, limit + 1)
    following = found[limit - 1].id if len(found) > limit else None
    return CandidatesView(candidates=[view(one) for one in found[:limit]], next=following)


@router.get("/{ref}")
async def read_candidate(
    ref: UUID, caller: Calling, network: WithCandidates, tx: Tx
) -> CandidateFile:
    """Give one candidate of the caller's unit, with all that is known of her."""
    candidate = await queries.candidate(tx, caller, network.network, ref)
    return await view_file(tx, network, candidate)


@router.put("/{ref}/profile")
async def describe(
    ref: UUID, new: NewDescription, caller: Calling, network: WithCandidates, tx: Tx
) -> CandidateView:
    """Write down anew what she can, wants and has time for."""
    return view(await commands.describe(tx, caller, network, ref, new.description()))


@router.put("/{ref}/contact")
async def reach(
    ref: UUID, new: Contact, caller: Calling, network: WithCandidates, tx: Tx
) -> StandingView:
    """Write down anew how she is reached."""
    return view_standing(
        await commands.reach(tx, caller, network, ref, new.language, new.contact())
    )


@router.post("/{ref}/parking", status_code=201)
async def park(
    ref: UUID, new: NewParking, caller: Calling, network: WithCandidates, tx: Tx
) -> StandingView:
    """Let her rest until a day; her open matches end."""
    on = await happened(tx, new.parked_on, "parked_on")
    return view_standing(await commands.park(tx, caller, network, ref, new.until, new.ground, on))


@router.post("/{ref}/return", status_code=201)
async def bring_back(
    ref: UUID, new: NewReturn, caller: Calling, network: WithCandidates, tx: Tx
) -> StandingView:
    """End her rest before its day."""
    on = await happened(tx, new.returned_on, "returned_on")
    return view_standing(await commands.bring_back(tx, caller, network, ref, on))


@router.post("/{ref}/closing", status_code=201)
async def close(
    ref: UUID, new: NewClosing, caller: Calling, network: WithCandidates, tx: Tx
) -> StandingView:
    """Let her go from the bank; with a livelihood of her own it is an end of its own kind."""
    on = await happened(tx, new.closed_on, "closed_on")
    return view_standing(await commands.close(tx, caller, network, ref, new.ground, on))
