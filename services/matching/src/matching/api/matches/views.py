"""A match as the staff of its unit and its deciders see it: where it stands, what it rests on."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from matching.models import Consent, Match, UnconfirmedConsent
from matching.profiles import Profile, profile_of
from matching.queries import match as queries
from matching.rules.match import CONFIRMS, MATCH, WAITS_FOR_DECISION, WITNESS, meaning
from shared.database import Tx
from shared.http.acts import Act
from shared.http.requests import Standing, View, standing
from shared.networks.profiles import Limit
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


class Span(View):
    """From a day until a day, both included."""

    earliest: date
    latest: date


class DaysView(View):
    """Which days an acceptance may name today, and how long the placement may last at the most.

    `ends_before` is the day after its last. Nobody begins later than her consent reaches.
    """

    starts_on: Span
    ends_before: Span
    longest: Limit | None


class MatchView(Standing):
    """A match, for the staff of its unit, and for deciders while it waits or once it is accepted.

    One that waits for a second pair of eyes says the possible `days` where it is read by itself,
    an accepted one the days of its placement. A decider sees the consent only while it waits.
    """

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
    days: DaysView | None = None
    placement_id: UUID | None = None
    starts_on: date | None = None
    ends_before: date | None = None


def view(profile: Profile, match: Match, said: UnconfirmedConsent | None = None) -> MatchView:
    """Show where a match stands; what she said that waits for a witness waits for the staff."""
    means = meaning(profile, match.state, match.declined_by_employer, match.ended_because)
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
    each = (
        (one.id, partial(view, profile_of(tx, one.network), one, said.get(one.id)))
        for one in matches
    )
    return each_seen(tx, "matches", each)


async def view_in_full(act: Act[Profile], match: Match) -> MatchView:
    """Show a match with what it rests on, and what is to be decided or has been."""
    (where,) = await views(act.tx, [match])
    consent = await queries.consent_to_read(act, match)
    found: dict[str, Any] = {
        "consent": ConsentView.model_validate(consent) if consent else None,
        "days": await view_days(act, match, consent),
    }
    if placement := await queries.placement_of(act.tx, match.id):
        found |= placement.model_dump(include={"starts_on", "ends_before"})
        found |= {"placement_id": placement.id}
    return where.model_copy(update=found)


async def view_days(act: Act[Profile], match: Match, consent: Consent | None) -> DaysView | None:
    """Offer the days of a placement where an acceptance is waited for; none where none is left."""
    if match.state != WAITS_FOR_DECISION or consent is None:
        return None
    place = await queries.place_of(act.tx, match)
    days, offer = queries.days_at(act, place, consent), act.profile.offers.get(place.offer)
    return days and DaysView(
        starts_on=Span(earliest=days.earliest_start, latest=days.latest_start),
        ends_before=Span(earliest=days.earliest_end, latest=days.latest_end),
        longest=offer.longest if offer else None,
    )
