"""Match runs over HTTP: start one, and read what it proposes."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from uuid_utils.compat import uuid7

from matching.api.acts import PAGE, WithBoth
from matching.commands import run as commands
from matching.models import MatchRun
from matching.queries import run as queries
from matching.rules.run import MOST_SEEDS
from shared import clock
from shared.access import Calling
from shared.acts import Body, View
from shared.answers import Once
from shared.database import Tx

router = APIRouter(prefix="/runs", tags=["runs"], route_class=Once)


class NewRun(Body):
    """Which places, all open ones if left out; a seed of an earlier run to have it again."""

    place_ids: Annotated[list[UUID], Field(min_length=1, max_length=PAGE)] | None = None
    seed: Annotated[int, Field(strict=True, ge=0, lt=MOST_SEEDS)] | None = None


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


@router.post("", status_code=201)
async def run(new: NewRun, caller: Calling, bank: WithBoth, tx: Tx) -> RunView:
    """Rank the visible candidates of the caller's unit; a caseworker picks."""
    on = await clock.today(tx)
    return view(await commands.run(tx, caller, bank, uuid7(), new.place_ids, new.seed, on))


@router.get("/{run_id}")
async def read_run(
    run_id: UUID,
    caller: Calling,
    bank: WithBoth,
    tx: Tx,
    place_id: UUID | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> RunFile:
    """Give a run of the caller's unit: a page of places, or the one named."""
    found = await queries.run(tx, caller, bank.network, run_id)
    places = [place_id] if place_id else await queries.places_of(tx, found, after, limit + 1)
    following = places[limit - 1] if len(places) > limit else None
    ranked = await queries.ranked(tx, found, places[:limit])
    shown = [RankedView.model_validate(one) for one in ranked]
    return RunFile(**view(found).model_dump(), ranked=shown, next=following)
