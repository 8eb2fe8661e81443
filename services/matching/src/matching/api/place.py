"""Places over HTTP: offered, looked at by the union, opened; paused, renewed, closed."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from uuid_utils.compat import uuid7

from jobbpakten_events import Code
from matching.api.acts import Hours, WithPlaces, bits, words
from matching.commands.places import closings, pauses
from matching.commands.places import offers as commands
from matching.models import Place
from matching.profiles import Requirement
from matching.queries import place as queries
from matching.rules.access import DECIDER, READS_PLACES, SYSTEM
from matching.rules.place import PLACE, Terms
from shared.database import Tx
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.paging import Paged
from shared.http.requests import ActDay, Body, Day, Standing, View, standing
from shared.savepoints import each_seen

router = APIRouter(prefix="/places", tags=["places"], route_class=IdempotentRoute)


Codes = Annotated[
    list[Requirement], Field(max_length=50, default_factory=list, examples=[["lang:sv_a2"]])
]


class NewPlace(Body):
    """What an employer offers and needs; under which promise, it says what and from when."""

    commitment_id: UUID
    area: Code = Field(examples=["centrum"])
    slots: Annotated[int, Field(strict=True, gt=0, le=1000)]
    must: Codes
    want: Annotated[Codes, Field(examples=[["skill:kitchen"]])]
    provides: Annotated[list[Code], Field(max_length=50, default_factory=list)]
    schedule: Annotated[Hours, Field(min_length=1)]
    starts_on: Day
    ends_before: Day = Field(examples=["2026-06-01"])
    offered_on: ActDay = None

    def terms(self) -> Terms:
        return Terms(
            self.area,
            self.slots,
            [*dict.fromkeys(self.must)],
            [*dict.fromkeys(self.want)],
            [*dict.fromkeys(self.provides)],
            bits(self.schedule),
            self.starts_on,
            self.ends_before,
        )


class NewQuestion(Body):
    asked_on: ActDay = None


class NewStatement(Body):
    """What the union says of the place; `none`: it has nothing to say."""

    statement: Literal["supports", "objects", "none"]
    stated_on: ActDay = None


class NewOpening(Body):
    opened_on: ActDay = None


class NewPause(Body):
    ground: Literal["employer", "unresponsive"] = "employer"
    paused_on: ActDay = None


class NewResumption(Body):
    """Which ground is over; left out, all that the caller may lift."""

    ground: Literal["employer", "unresponsive"] | None = None
    resumed_on: ActDay = None


class NewClosing(Body):
    closed_on: ActDay = None


class NewRefreshing(Body):
    refreshed_on: ActDay = None


class PlaceView(Standing):
    """A place; nothing in it speaks of a person. `free` slots are neither kept nor in use.

    `membership_id` names the member in membership, where its organisation and agreement stand.
    """

    place_id: UUID
    membership_id: UUID
    commitment_id: UUID
    organisation_id: UUID
    offer: str
    area: str
    slots: int
    free: int
    must: list[str]
    want: list[str]
    provides: list[str]
    schedule: list[str]
    starts_on: date
    ends_before: date
    refreshed_on: date
    paused_for: list[str]
    union_asked_on: date | None
    union_due_on: date | None
    union_stated_on: date | None
    union_statement: str | None


class PlacesView(View):
    """One page; `next` is where the next one begins, null on the last."""

    places: list[PlaceView]
    next: UUID | None


async def views(tx: Tx, places: Sequence[Place]) -> list[PlaceView]:
    await tx.flush()
    free = await queries.free_slots(tx, places)

    def seen(place: Place) -> PlaceView:
        return PlaceView(
            **place.model_dump(exclude={"state", "since", "deadline", "schedule"}),
            **standing(PLACE, place, place.deadline),
            place_id=place.id,
            free=free[place.id],
            schedule=words(place.schedule),
        )

    return each_seen(tx, "places", ((one.id, partial(seen, one)) for one in places))


async def view(tx: Tx, place: Place) -> PlaceView:
    return (await views(tx, [place]))[0]


@router.post("", status_code=201, openapi_extra=may(PLACE.roles["offer"]))
async def offer(new: NewPlace, act: WithPlaces) -> PlaceView:
    """Offer a place under a promise.

    It begins within the promise and is no longer than the offer's limit; all places under a promise
    take no more slots than were promised: 409 `over_the_promise`.
    """
    act = await act.happened(new.offered_on, "offered_on")
    place = await commands.offer(act, uuid7(), new.commitment_id, new.terms())
    return await view(act.tx, place)


@router.get("", openapi_extra=may(READS_PLACES))
async def list_places(
    act: WithPlaces,
    asked: Paged,
    state: Code | None = None,
) -> PlacesView:
    """Give the places in the order of their offering: staff all, an employer its own."""
    found = await queries.places(act, state, asked)
    page, following = asked.cut(found, lambda place: place.id)
    return PlacesView(places=await views(act.tx, page), next=following)


@router.get("/{place_id}", openapi_extra=may(READS_PLACES, DECIDER))
async def read_place(place_id: UUID, act: WithPlaces) -> PlaceView:
    """Give one place; to a decider one with a match that waits for her, or was accepted."""
    return await view(act.tx, await queries.place_to_read(act, place_id))


@router.post("/{place_id}/union", status_code=201, openapi_extra=may(PLACE.roles["ask_union"]))
async def ask_union(place_id: UUID, new: NewQuestion, act: WithPlaces) -> PlaceView:
    """Record that the union was asked for its statement.

    Its time, the profile's `union`, runs from then.
    """
    act = await act.happened(new.asked_on, "asked_on")
    return await view(act.tx, await commands.ask_union(act, place_id))


@router.post(
    "/{place_id}/union-statement", status_code=201, openapi_extra=may(PLACE.roles["note_statement"])
)
async def note_statement(place_id: UUID, new: NewStatement, act: WithPlaces) -> PlaceView:
    """Record what the union stated.

    An objection is shown and forbids nothing.
    """
    act = await act.happened(new.stated_on, "stated_on")
    place = await commands.note_statement(act, place_id, new.statement)
    return await view(act.tx, place)


@router.post("/{place_id}/opening", status_code=201, openapi_extra=may(PLACE.roles["open"]))
async def open_up(place_id: UUID, new: NewOpening, act: WithPlaces) -> PlaceView:
    """Open a place for matches.

    409 `union_not_heard`, `not_in_force`, `member_suspended`, `over_the_promise`.
    """
    act = await act.happened(new.opened_on, "opened_on")
    return await view(act.tx, await commands.open_up(act, place_id))


@router.post("/{place_id}/pause", status_code=201, openapi_extra=may(PLACE.roles["pause"] - SYSTEM))
async def pause(place_id: UUID, new: NewPause, act: WithPlaces) -> PlaceView:
    """Let nobody be matched to the place for now."""
    act = await act.happened(new.paused_on, "paused_on")
    return await view(act.tx, await pauses.pause(act, place_id, new.ground))


@router.post(
    "/{place_id}/resumption", status_code=201, openapi_extra=may(PLACE.roles["resume"] - SYSTEM)
)
async def resume(place_id: UUID, new: NewResumption, act: WithPlaces) -> PlaceView:
    """Lift a ground for the pause; with the last one the place is back."""
    act = await act.happened(new.resumed_on, "resumed_on")
    return await view(act.tx, await pauses.resume(act, place_id, new.ground))


@router.post("/{place_id}/refreshing", status_code=201, openapi_extra=may(PLACE.roles["refresh"]))
async def refresh(place_id: UUID, new: NewRefreshing, act: WithPlaces) -> PlaceView:
    """Say that the offer stands."""
    act = await act.happened(new.refreshed_on, "refreshed_on")
    return await view(act.tx, await closings.refresh(act, place_id))


@router.post("/{place_id}/closing", status_code=201, openapi_extra=may(PLACE.roles["close"]))
async def close(place_id: UUID, new: NewClosing, act: WithPlaces) -> PlaceView:
    """Take the offer back."""
    act = await act.happened(new.closed_on, "closed_on")
    return await view(act.tx, await closings.close(act, place_id))
