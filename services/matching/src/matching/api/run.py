"""Match runs over HTTP: start one, and read what it proposes."""

from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from uuid_utils.compat import uuid7

from matching.api.acts import WithBoth
from matching.commands.matches import runs as commands
from matching.models import MatchRun
from matching.queries import run as queries
from matching.rules.access import CASEWORKER
from matching.rules.run import MOST_SEEDS
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.paging import MOST, Paged
from shared.http.requests import NUMBER_ALLOWED, Body, View
from shared.savepoints import each_seen

router = APIRouter(prefix="/runs", tags=["runs"], route_class=IdempotentRoute)


Seed = Annotated[int, Field(strict=True, ge=0, lt=MOST_SEEDS)]


class NewRun(Body):
    """Which places, all open ones if left out; a seed of an earlier run to have it again."""

    place_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST)] | None = None
    seed: Annotated[Seed | None, NUMBER_ALLOWED] = None  # drawn by chance


class RunView(View):
    """What decided a run and how much came of it; nobody's name or need."""

    run_id: UUID
    run_on: date
    seed: int
    rules: str
    places: int
    with_candidates: int


class RankedView(View):
    """A candidate for a place: why, and what isn't known of what is wanted."""

    place_id: UUID
    rank: int
    candidate_ref: UUID
    reasons: list[str]
    unknowns: list[str]


class RunFile(RunView):
    """A run with those who are still visible; `next` is the place after which more come."""

    ranked: list[RankedView]
    next: UUID | None


def view(run: MatchRun) -> RunView:
    return RunView(**run.model_dump(), run_id=run.id)


@router.post("", status_code=201, openapi_extra=may(CASEWORKER))
async def run(new: NewRun, act: WithBoth) -> RunView:
    """Rank the visible candidates of the caller's unit; a caseworker picks.

    409 `place_not_open` where one of the places named takes nobody.
    """
    return view(await commands.run(act, uuid7(), new.place_ids, new.seed))


@router.get("/{run_id}", openapi_extra=may(CASEWORKER))
async def read_run(
    run_id: UUID,
    act: WithBoth,
    asked: Paged,
    place_id: UUID | None = None,
) -> RunFile:
    """Give a run of the caller's unit: a page of places, or the one named.

    For each place at most 20 are ranked, with `reasons` and `unknowns`.
    """
    found = await queries.run(act, run_id)
    places = [place_id] if place_id else await queries.places_of(act.tx, found, asked)
    page, following = asked.cut(places, lambda place: place)
    ranked = await queries.ranked(act.tx, found, page)
    each = ((one.candidate_ref, partial(RankedView.model_validate, one)) for one in ranked)
    shown = each_seen(act.tx, "candidates", each)
    return RunFile(**view(found).model_dump(), ranked=shown, next=following)
