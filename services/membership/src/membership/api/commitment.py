"""Commitments over HTTP: what was promised, what came of it, and how it was changed."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from uuid_utils.compat import uuid7

from jobbpakten_events import Code
from membership import queries
from membership.api.acts import Network
from membership.commands import commitment as commands
from membership.models import Commitment, Progress, ProgressFigures
from membership.rules.access import EMPLOYER, STAFF, may_follow
from membership.rules.commitment import COMMITMENT
from shared.database import Tx
from shared.http.access import Caller
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body, Standing, standing
from shared.savepoints import each_seen

router = APIRouter(tags=["commitments"], route_class=IdempotentRoute)


class NewPromise(Body):
    """The units promised from now on, kept ones included."""

    promised: Annotated[int, Field(strict=True, ge=0, le=10_000)]
    ground: Code = Field(examples=["shrunk"])
    agreed_on: ActDay = None


class NewRelease(Body):
    ground: Code = Field(examples=["workplace_closed"])
    released_on: ActDay = None


class ProgressView(ProgressFigures):
    """What followup has told us, in units; null is unknown, never 0.

    All but the coordinator see none of it where placements keep the promise: day by day it would
    tell what one person did. Followup's own report tells them by month.
    """


class CommitmentView(Standing):
    """A promise as we made it, and beside it what followup says came of it."""

    commitment_id: UUID
    membership_id: UUID
    offer: str
    promised: int
    starts_on: date
    ends_before: date
    activities_held: int
    progress: ProgressView


async def view_commitments(tx: Tx, caller: Caller, membership_id: UUID) -> list[CommitmentView]:
    return await _views(tx, caller, await queries.commitments_of(tx, membership_id))


async def _views(tx: Tx, caller: Caller, commitments: Sequence[Commitment]) -> list[CommitmentView]:
    ids = [one.id for one in commitments]
    held = await queries.activities_held(tx, ids)
    heard = await queries.progress(tx, ids)
    seen = {one.id for one in commitments if may_follow(caller, one.kept_by)}
    heard = {of: progress for of, progress in heard.items() if of in seen}
    each = (
        (one.id, partial(view, one, held.get(one.id, 0), heard.get(one.id))) for one in commitments
    )
    return each_seen(tx, "commitments", each)


def view(commitment: Commitment, held: int, heard: Progress | None) -> CommitmentView:
    facts = commitment.model_dump(exclude={"state", "since"})
    return CommitmentView(
        **facts,
        **standing(COMMITMENT, commitment, commitment.ends_before - timedelta(days=1)),
        commitment_id=commitment.id,
        activities_held=held,
        progress=ProgressView.model_validate(heard) if heard else ProgressView(),
    )


@router.get("/members/{membership_id}/commitments", openapi_extra=may(STAFF, EMPLOYER))
async def list_commitments(membership_id: UUID, act: Network) -> list[CommitmentView]:
    """Give the commitments of one member."""
    await queries.member(act, membership_id)
    return await view_commitments(act.tx, act.caller, membership_id)


@router.get("/commitments/{commitment_id}", openapi_extra=may(STAFF, EMPLOYER))
async def read_commitment(commitment_id: UUID, act: Network) -> CommitmentView:
    """Give one commitment and what came of it."""
    commitment = await queries.commitment(act.tx, commitment_id)
    await queries.member(act, commitment.membership_id)
    return (await _views(act.tx, act.caller, [commitment]))[0]


@router.post(
    "/commitments/{commitment_id}/renegotiations",
    status_code=201,
    openapi_extra=may(COMMITMENT.roles["renegotiate"]),
)
async def renegotiate(commitment_id: UUID, new: NewPromise, act: Network) -> CommitmentView:
    """Raise or cut the promise; never by more than what remains of it."""
    act = await act.happened(new.agreed_on, "agreed_on")
    await commands.renegotiate(act, commitment_id, uuid7(), new.promised, new.ground)
    return await read_commitment(commitment_id, act)


@router.post(
    "/commitments/{commitment_id}/release",
    status_code=201,
    openapi_extra=may(COMMITMENT.roles["release"]),
)
async def release(commitment_id: UUID, new: NewRelease, act: Network) -> CommitmentView:
    """Release the member from what remains of its promise."""
    act = await act.happened(new.released_on, "released_on")
    await commands.release(act, commitment_id, uuid7(), new.ground)
    return await read_commitment(commitment_id, act)
