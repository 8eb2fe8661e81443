"""Telling anew what is so, after a restore: of each aggregate its present state, in one event.

What protects somebody isn't undone by it. Who was hidden after the dump, nobody knows any more why,
is one of whom nothing is known; a consent that was withdrawn stays withdrawn.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from jobbpakten_events import Event
from jobbpakten_events.directory import TOPIC as DIRECTORY
from jobbpakten_events.matching import (
    CandidateAnswered,
    CandidateAsked,
    CandidateClosed,
    ConsentGiven,
    ConsentWithdrawn,
    EmployerAnswered,
    EmployerAsked,
    MatchAccepted,
    MatchProposed,
    PlaceClosed,
    PlaceOpened,
    PlacePaused,
    PlaceResumed,
    VisibilityComputed,
)
from jobbpakten_events.placement import (
    PlacementCompleted,
    PlacementInterrupted,
    PlacementNoShow,
    PlacementPartlyCompleted,
    PlacementPlanned,
    PlacementReady,
    PlacementStarted,
)
from matching import identities
from matching.commands.candidates import recipients
from matching.commands.consequences import recompute
from matching.commands.locks import lock_candidate
from matching.commands.matches.transitions import TOLD, end_consent
from matching.identities.facts import begin, known_of
from matching.models import Candidate, Consent, Match, Place, Placement
from matching.profiles import profile_of
from matching.rules.candidate import ENDS
from shared.database import Tx
from shared.messaging import outbox
from shared.restoring.topics import Past
from shared.time import clock

ON_ITS_WAY: Mapping[str, type[Event]] = {
    "proposed": MatchProposed,
    "candidate_asked": CandidateAsked,
    "candidate_yes": CandidateAnswered,
    "employer_asked": EmployerAsked,
    "employer_yes": EmployerAnswered,
    "employer_declined": EmployerAnswered,
    "accepted": MatchAccepted,
}
PLACEMENTS: Mapping[str, type[Event]] = {
    "planned": PlacementPlanned,
    "ready": PlacementReady,
    "running": PlacementStarted,
    "completed": PlacementCompleted,
    "partly_completed": PlacementPartlyCompleted,
    "no_show": PlacementNoShow,
    "interrupted": PlacementInterrupted,
}


async def retell(tx: Tx, past: Past) -> str:
    """Tell the present state of what a stream is about; say why where it can't be told."""
    key = UUID(past.key)
    if candidate := await lock_candidate(tx, key):
        name = retell_recipient if past.topic == DIRECTORY else retell_candidate
        return await name(tx, candidate, past)
    if past.topic == DIRECTORY:
        if past.last is None or past.last.payload is not None:
            await outbox.forget(tx, DIRECTORY, past.key)
        return ""
    for kind, tell in KINDS.items():
        if one := await tx.get(kind, key):
            return await tell(tx, one, past)
    return "not_here"


async def retell_candidate(tx: Tx, one: Candidate, past: Past) -> str:
    """Tell whether she may be seen; of her who was hidden in what is lost, nothing is known."""
    if one.state in ENDS:
        await outbox.tell(tx, CandidateClosed(candidate_ref=one.id), on=one.since)
        return ""
    lately = past.lately(VisibilityComputed, CandidateClosed)
    was_hidden = any(isinstance(told, VisibilityComputed) and not told.visible for told in lately)
    has_left = any(isinstance(told, CandidateClosed) for told in lately)
    if one.visible and (was_hidden or has_left):
        await begin(tx, one.id, profile_of(tx, one.network))
        await recompute(tx, one, await clock.today(tx), first=True)
        return "facts_to_be_recorded"
    await outbox.tell(tx, VisibilityComputed(candidate_ref=one.id, visible=one.visible))
    return "to_be_decided" if has_left else ""


async def retell_recipient(tx: Tx, one: Candidate, past: Past) -> str:
    """Name her again, or forget her; who refused e-mail, or was hidden, in what is lost stays so.

    Then she is asked again: she isn't mailed before somebody has recorded that she wants it.
    """
    if one.state in ENDS:  # who she was may be forgotten already
        await outbox.forget(tx, DIRECTORY, str(one.id))
        return ""
    if past.forgotten:
        was = await identities.person(tx, one.id)
        await identities.change(tx, one.id, named=[], wants_email=False)
        await outbox.forget(tx, DIRECTORY, str(one.id))
        return "to_be_decided" if was.named or was.wants_email else ""
    known = await known_of(tx, one.id, profile_of(tx, one.network))
    if not await recipients.name(tx, one, known, await clock.today(tx), again=True):
        await outbox.forget(tx, DIRECTORY, str(one.id))
    return ""


async def retell_place(tx: Tx, one: Place, past: Past) -> str:
    known = {"place_id": one.id}
    if one.state == "under_review":
        return "to_be_decided"
    if one.state == "closed":
        closed = [e.ground for e in past.events if isinstance(e, PlaceClosed)]
        ground = closed[-1] if closed else "withdrawn"
        await outbox.tell(tx, PlaceClosed.from_row(one, ground=ground, **known), on=one.since)
    elif one.state == "paused":
        paused = PlacePaused.from_row(one, ground=one.paused_for[0], **known)
        await outbox.tell(tx, paused, on=one.since)
    elif any(isinstance(event, PlacePaused | PlaceClosed) for event in past.events):
        await outbox.tell(tx, PlaceResumed.from_row(one, **known), on=one.since)
    else:
        await outbox.tell(tx, PlaceOpened.from_row(one, **known), on=one.since)
    return ""


async def retell_match(tx: Tx, one: Match, _: Past) -> str:
    known: dict[str, Any] = {"match_id": one.id, "act_by": one.deadline}
    if one.state in TOLD:  # whether she is told that it is over was said when it ended
        await outbox.tell(tx, TOLD[one.state].from_row(one, match_id=one.id), on=one.since)
        return ""
    place = await tx.get_one(Place, one.place_id)
    known |= {"offer": place.offer, "commitment_id": place.commitment_id}
    known |= {"answer": "no" if one.state == "employer_declined" else "yes"}
    if one.state == "accepted":
        here = select(Placement.id).where(col(Placement.match_id) == one.id)
        known["placement_id"] = (await tx.exec(here)).one()
    await outbox.tell(tx, ON_ITS_WAY[one.state].from_row(one, **known), on=one.since)
    return ""


async def retell_consent(tx: Tx, one: Consent, past: Past) -> str:
    known = {"consent_id": one.id}
    withdrawn = [lost for lost in past.lost if isinstance(lost.event, ConsentWithdrawn)]
    if one.withdrawn_on:
        await outbox.tell(tx, ConsentWithdrawn.from_row(one, **known), on=one.withdrawn_on)
    elif withdrawn:
        await end_consent(tx, one, "restored", withdrawn[-1].envelope.occurredat)
    else:
        await outbox.tell(tx, ConsentGiven.from_row(one, **known), on=one.given_on)
    return ""


async def retell_placement(tx: Tx, one: Placement, _: Past) -> str:
    known = {"placement_id": one.id, "act_by": one.deadline}
    await outbox.tell(tx, PLACEMENTS[one.state].from_row(one, **known), on=one.since)
    return ""


KINDS: Mapping[type[Any], Callable[[Tx, Any, Past], Awaitable[str]]] = {
    Place: retell_place,
    Match: retell_match,
    Consent: retell_consent,
    Placement: retell_placement,
}
