"""Matches: how they go on and how they end. One changes only under its place's lock."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, not_
from sqlmodel import col, delete, select, update

from jobbpakten_events.matching import (
    ConsentWithdrawn,
    MatchExpired,
    MatchSuperseded,
    MatchWithdrawn,
)
from matching.commands.locks import lock_places
from matching.commands.places import pauses, slots
from matching.models import Consent, Match, Place, UnconfirmedConsent
from matching.models.matches import VOID
from matching.profiles import profile_of
from matching.queries import match as queries
from matching.queries import place as place_queries
from matching.queries.match import Named
from matching.queries.place import ROUND
from matching.rules.match import EXPIRING, MATCH, tells_the_candidate
from matching.rules.place import LIVING
from shared.database import Tx
from shared.machines import take
from shared.messaging import outbox
from shared.savepoints import by_itself, each_by_itself

# Which side ended it isn't told: her no, the employer's and ours look alike.
TOLD = {
    "candidate_no": MatchWithdrawn,
    "employer_no": MatchWithdrawn,
    "withdrawn": MatchWithdrawn,
    "expired": MatchExpired,
    "superseded": MatchSuperseded,
}


async def withdraw_of_candidate(tx: Tx, ref: UUID, because: str, on: date) -> int:
    """End a candidate's open matches with their consents; the caller holds her row.

    An accepted match keeps its placement and its consent: while she is hidden nobody is shown
    anything by it.
    """
    found = await lock_places(tx, await places_of(tx, ref))
    return await withdraw(tx, col(Match.candidate_ref) == ref, found, because, on)


async def end_consents_of(tx: Tx, ref: UUID, because: str, on: date) -> None:
    """End all that a candidate has consented to, for good; the caller holds her row.

    The consent behind a void match ends with it, and nobody is shown anything by it until then.
    """
    void = select(Match.id).where(col(Match.candidate_ref) == ref, VOID)
    hers = (col(Consent.candidate_ref) == ref) & col(Consent.match_id).not_in(void)
    for consent in await live_consents(tx, hers):
        await end_consent(tx, consent, because, on)


async def withdraw_at(tx: Tx, place: Place, because: str, on: date) -> int:
    """End the open matches at a place whose row the caller holds."""
    return await withdraw(tx, col(Match.place_id) == place.id, [place], because, on)


async def withdraw(
    tx: Tx, which: ColumnElement[bool], at: Sequence[Place], because: str, on: date
) -> int:
    """End open matches at places that the caller holds: all are void, and the first of them ended.

    Gives how many were ended. The others are ended by the clock, part by part.
    """
    await make_void(tx, which, because, on)
    places = {place.id: place for place in at}
    ended = await open_matches(tx, which, most=ROUND)
    for match in ended:
        await catch_up(tx, match, places[match.place_id])
    return len(ended)


async def make_void(tx: Tx, which: ColumnElement[bool], because: str, on: date) -> None:
    """Let open matches count for nothing from now on; the caller holds their places.

    One statement, however many they are. What is void already keeps its day and its reason.
    """
    here = update(Match).where(col(Match.open), not_(VOID), which)
    values = here.values(void_since=on, void_because=because)
    await tx.exec(values.execution_options(synchronize_session=False))


async def end_void(tx: Tx, _: date) -> int:
    """End matches that are void, so many as a part holds; give how many."""
    found = await queries.void_matches(tx)
    free = await place_queries.lock_free(tx, {place_id for _, place_id, _ in found})
    return await end_these(tx, [one for one in found if one[1] in free])


async def caught_up(tx: Tx, match_id: UUID) -> tuple[Match, Place]:
    """Give a match with its place, as they are now; one that is void has ended."""
    found = await tx.get_one(Match, match_id, populate_existing=True)
    (place,) = await lock_places(tx, [found.place_id])
    await catch_up(tx, found, place)
    return found, place


async def end_these(
    tx: Tx, found: Iterable[Named], act: Callable[[Tx, UUID], Awaitable[Any]] = caught_up
) -> int:
    """End matches at places that the caller holds, each by itself: void ones, or as `act` does."""
    ending = ((match_id, network) for match_id, _, network in found)
    return await each_by_itself(tx, "matches", ending, partial(act, tx))


async def catch_up(tx: Tx, match: Match, place: Place) -> None:
    """End a match that is void, as whoever made it so would have; the caller holds its place."""
    if match.open and match.void_since and match.void_because:
        await withdraw_one(tx, match, place, match.void_because, match.void_since)


async def places_of(tx: Tx, ref: UUID) -> set[UUID]:
    """Give where a candidate's open matches are; to be locked before they are read again."""
    here = select(Match.place_id).where(col(Match.candidate_ref) == ref, col(Match.open))
    return set((await tx.exec(here)).all())


async def open_matches(
    tx: Tx, which: ColumnElement[bool], most: int | None = None
) -> Sequence[Match]:
    """Read open matches as they are now, whatever was read before the locks were ours."""
    here = select(Match).where(col(Match.open), which).order_by(col(Match.id)).limit(most)
    return (await tx.exec(here.execution_options(populate_existing=True))).all()


async def live_consents(tx: Tx, which: ColumnElement[bool]) -> Sequence[Consent]:
    here = select(Consent).where(col(Consent.withdrawn_on).is_(None), which)
    here = here.order_by(col(Consent.id)).execution_options(populate_existing=True)
    return (await tx.exec(here)).all()


async def withdraw_one(tx: Tx, match: Match, place: Place, because: str, on: date) -> None:
    """Withdraw as the system; what hides a person isn't refused for being dated back."""
    await end(tx, match, place, "withdraw", "system", max(on, match.since), because)


async def end(
    tx: Tx, match: Match, place: Place, by: str, role: str, on: date, because: str | None = None
) -> None:
    """End a match that isn't accepted, free its slot, end its consent, and tell that it is over."""
    state = take(match, MATCH, by, role, on)
    match.open, match.deadline, match.ended_because = False, None, because
    await slots.free(tx, place, match.id, on)
    await forget_unconfirmed(tx, match.id)
    for consent in await live_consents(tx, col(Consent.match_id) == match.id):
        await end_consent(tx, consent, state.name, on)
    candidate_is_told = tells_the_candidate(
        profile_of(tx, match.network), state.name, match.declined_by_employer, because
    )
    event = TOLD[state.name].from_row(match, match_id=match.id, candidate_is_told=candidate_is_told)
    await outbox.tell(tx, event, on=on)


async def forget_unconfirmed(tx: Tx, match_id: UUID) -> None:
    """Keep nothing of a word that waits no longer for its second witness."""
    which = col(UnconfirmedConsent.match_id) == match_id
    await tx.exec(delete(UnconfirmedConsent).where(which))


async def end_consent(tx: Tx, consent: Consent, how: str, on: date) -> None:
    """Let a consent hold no longer; nobody is shown anything by it again."""
    note_end(consent, how, on)
    await outbox.tell(tx, ConsentWithdrawn.from_row(consent, consent_id=consent.id), on=on)


def note_end(consent: Consent, how: str, on: date) -> None:
    consent.withdrawn_on, consent.withdrawn_how = max(on, consent.given_on), how


async def expire(tx: Tx, today: date) -> int:
    """End matches whose answer didn't come in time, or whose consent is over; give how many."""
    at = await place_queries.lock_free(tx, await queries.places_with_due(tx, today))
    done = [
        await by_itself(
            tx, "matches", match_id, network, partial(expire_one, tx, place_id, match_id, today)
        )
        for match_id, place_id, network in await queries.due_at(tx, at, today)
    ]
    return sum(done)


async def expire_one(tx: Tx, place_id: UUID, match_id: UUID, today: date) -> None:
    """End a match that is due; an employer who had all its time and said nothing is paused."""
    (place,) = await lock_places(tx, [place_id])
    (match,) = await open_matches(tx, col(Match.id) == match_id)
    by, because = ("expire", None) if is_late(match, today) else ("withdraw", "consent_over")
    silent = by == "expire" and had_its_time(tx, match)
    day = max(today, match.since)
    await end(tx, match, place, by, "system", day, because)
    if silent and place.state in LIVING:
        await pauses.pause_for(tx, place, "unresponsive", day)


def is_late(match: Match, today: date) -> bool:
    return match.state in EXPIRING and match.deadline is not None and match.deadline < today


def had_its_time(tx: Tx, match: Match) -> bool:
    """Tell whether an employer was given the whole limit, and no less by us or by a consent."""
    limit = profile_of(tx, match.network).deadlines.employer_answer.after(match.since)
    asked_until = match.deadline
    return match.state == "employer_asked" and asked_until is not None and asked_until >= limit
