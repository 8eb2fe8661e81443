"""Matches as their caseworkers see them, and as the employer does: consented details alone."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from matching import identities
from matching.api.acts import words
from matching.models import Candidate, Consent, Match, UnconfirmedConsent
from matching.profiles import Profile
from matching.queries import match as queries
from matching.rules.match import CONFIRMS, MATCH, WITNESS, meaning
from shared.database import Tx
from shared.http.acts import Act
from shared.http.requests import Standing, View, standing
from shared.savepoints import each_seen


class MeaningView(View):
    """What an end means: whose it was, who is told that, and a code of what follows."""

    side: str
    told_to: list[str]
    follows: str


class ConsentView(View):
    """The consent that a match rests on."""

    fields: list[str]
    given_how: str
    given_on: date
    until: date


class WaitingView(View):
    """What she said before one of the staff: shown to no employer before another confirms it."""

    consent_id: UUID
    fields: list[str]
    given_on: date
    until: date
    recorded_by: str


class MatchView(Standing):
    """A match, for the staff of its unit."""

    match_id: UUID
    place_id: UUID
    candidate_ref: UUID
    organisation_id: UUID
    unit: str
    run_id: UUID | None
    picked_by: str
    asked_fields: list[str]
    ended_because: str | None
    declined_by_employer: str | None
    meaning: MeaningView | None
    consent: ConsentView | None = None
    waits_for_witness: WaitingView | None = None
    placement_id: UUID | None = None


class ShownView(Standing):
    """A match, for the employer that was asked: a place and where it stands, and nobody."""

    match_id: UUID
    place_id: UUID


class ShownInFull(ShownView):
    """The same with the details that the candidate agreed to, and no other."""

    details: dict[str, Any]


def view(match: Match, said: UnconfirmedConsent | None = None) -> MatchView:
    """Show where a match stands; what she said that waits for a witness waits for the staff."""
    means = meaning(match.state, match.declined_by_employer, match.ended_because)
    where = standing(MATCH, match, match.deadline)
    where |= {"owner": WITNESS, "next_action": CONFIRMS} if said else {}
    return MatchView(
        **where,
        **match.model_dump(exclude={"state", "since", "deadline"}),
        match_id=match.id,
        meaning=MeaningView.model_validate(means) if means else None,
        waits_for_witness=WaitingView.model_validate(said) if said else None,
    )


async def views(tx: Tx, matches: Sequence[Match]) -> list[MatchView]:
    said = await queries.unconfirmed(tx, matches)
    each = ((one.id, partial(view, one, said.get(one.id))) for one in matches)
    return each_seen(tx, "matches", each)


async def view_in_full(tx: Tx, match: Match) -> MatchView:
    (where,) = await views(tx, [match])
    consent = await queries.consent_of(tx, match.id)
    found = {
        "consent": ConsentView.model_validate(consent) if consent else None,
        "placement_id": await queries.placement_of(tx, match.id),
    }
    return where.model_copy(update=found)


def view_shown(match: Match) -> ShownView:
    where = standing(MATCH, match, match.deadline)
    return ShownView(**where, match_id=match.id, place_id=match.place_id)


async def view_for_employer(act: Act[Profile], match_id: UUID, today: date) -> ShownInFull:
    """Open what was consented to, at this moment."""
    match, candidate, consent = await queries.shown(act, match_id, today)
    details = await details_of(act.tx, candidate, consent)
    return ShownInFull(**view_shown(match).model_dump(), details=details)


async def details_of(tx: Tx, candidate: Candidate, consent: Consent) -> dict[str, Any]:
    ours: dict[str, Any] = {
        "abilities": sorted(code for code, can in candidate.abilities.items() if can is True),
        "schedule": None if candidate.schedule is None else words(candidate.schedule),
    }
    asked = [field for field in consent.fields if field not in ours]
    sealed = await identities.details(tx, candidate.id, asked)
    return {field: (ours | sealed).get(field) for field in consent.fields}
