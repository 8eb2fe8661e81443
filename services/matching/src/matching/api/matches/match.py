"""Matches over HTTP: propose, ask the candidate, release to the employer, withdraw, read."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from uuid_utils.compat import uuid7

from jobbpakten_events import Code
from matching import disclosure
from matching.api.acts import WithBoth
from matching.api.matches.views import MatchView, view, view_in_full, views
from matching.commands.matches import proposals as commands
from matching.commands.matches import withdrawals
from matching.commands.matches.proposals import Pick
from matching.disclosure import ShownInFull, ShownView, view_for_employer, view_shown
from matching.queries import match as queries
from matching.rules.access import READS_MATCHES, SYSTEM, employer_of
from matching.rules.match import MATCH
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.paging import Paged
from shared.http.requests import ActDay, Body, Day, View
from shared.savepoints import each_seen

router = APIRouter(prefix="/matches", tags=["matches"], route_class=IdempotentRoute)


class NewMatch(Body):
    """Whom a caseworker picks, for which place; `run_id` if a run ranked her for it."""

    place_id: UUID
    candidate_ref: UUID
    run_id: UUID | None = None
    proposed_on: ActDay = None


class NewAsking(Body):
    """Which details the candidate is asked for, and the last day for her answer."""

    fields: Annotated[
        list[Code], Field(min_length=1, max_length=20, examples=[["first_name", "phone"]])
    ]
    answer_by: Day = Field(examples=["2026-03-06"])
    asked_on: ActDay = None


class NewRelease(Body):
    """The last day for the employer's answer; at the most the profile's, or the consent's."""

    answer_by: Day | None = None
    released_on: ActDay = None


class NewWithdrawal(Body):
    """Why the municipality takes its proposal back: a code of the profile, for colleagues only."""

    ground: Code = Field(examples=["mistake"])
    withdrawn_on: ActDay = None


class MatchesView(View):
    """One page; `next` is where the next one begins, null on the last."""

    matches: list[MatchView] | list[ShownView]
    next: UUID | None


@router.get("", openapi_extra=may(READS_MATCHES))
async def list_matches(act: WithBoth, asked: Paged) -> MatchesView:
    """Give a unit's matches; to an employer those that it may see now, to a decider what waits."""
    for_employer = employer_of(act.caller) is not None
    read = disclosure.matches if for_employer else queries.matches
    found = await read(act, asked)
    page, following = asked.cut(found, lambda match: match.id)
    if for_employer:
        shown = each_seen(act.tx, "matches", ((one.id, partial(view_shown, one)) for one in page))
        return MatchesView(matches=shown, next=following)
    return MatchesView(matches=await views(act.tx, page), next=following)


@router.get("/{match_id}", openapi_extra=may(READS_MATCHES))
async def read_match(match_id: UUID, act: WithBoth) -> MatchView | ShownInFull:
    """Give one match; to the employer the consented details, while consent and visibility last.

    To a decider one that waits for her, with what she decides on, or that was accepted: its place
    is read under `/places`, its organisation in membership.
    """
    if employer_of(act.caller):
        return await view_for_employer(act, match_id)
    match = await queries.for_staff(act, match_id)
    return await view_in_full(act, match)


@router.post("", status_code=201, openapi_extra=may(MATCH.roles["propose"]))
async def propose(new: NewMatch, act: WithBoth) -> MatchView:
    """Pick a visible candidate, who is known to fit, for an open place.

    409 `not_available`, `not_free` (she has a placement), `place_not_open`, `does_not_fit`,
    `already_proposed`, `too_many_of_candidate`, `too_many_at_place`; 422 `not_in_run`.
    """
    act = await act.happened(new.proposed_on, "proposed_on")
    pick = Pick(uuid7(), new.place_id, new.candidate_ref, new.run_id)
    return view(act.profile, await commands.propose(act, pick))


@router.post("/{match_id}/asking", status_code=201, openapi_extra=may(MATCH.roles["ask"]))
async def ask(match_id: UUID, new: NewAsking, act: WithBoth) -> MatchView:
    """Ask the candidate whether these details may be shown to this employer."""
    act = await act.happened(new.asked_on, "asked_on")
    return view(act.profile, await commands.ask(act, match_id, new.fields, new.answer_by))


@router.post("/{match_id}/release", status_code=201, openapi_extra=may(MATCH.roles["release"]))
async def release(match_id: UUID, new: NewRelease, act: WithBoth) -> MatchView:
    """Show her to the employer, by her consent, and keep a slot until it has answered.

    Until the profile's limit or the consent's last day at the most. 409 `no_slot_left`,
    `no_consent`, `does_not_fit`.
    """
    act = await act.happened(new.released_on, "released_on")
    return view(act.profile, await commands.ask_employer(act, match_id, new.answer_by))


@router.post(
    "/{match_id}/withdrawal", status_code=201, openapi_extra=may(MATCH.roles["withdraw"] - SYSTEM)
)
async def withdraw(match_id: UUID, new: NewWithdrawal, act: WithBoth) -> MatchView:
    """Withdraw a match that isn't accepted.

    On one of the profile's `withdrawals`: else 422 `unknown_ground`.
    """
    act = await act.happened(new.withdrawn_on, "withdrawn_on")
    return view(act.profile, await withdrawals.withdraw(act, match_id, new.ground))
