"""Candidates: register, describe, reach, park, bring back, let go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import structlog

from jobbpakten_events.matching import CandidateClosed, CandidateRegistered
from matching import identities
from matching.commands.consequences import lock_candidate_for, recompute
from matching.commands.locks import lock_candidate
from matching.commands.matches.runs import forget_ranks_of
from matching.identities import facts
from matching.models import Candidate
from matching.profiles import Profile
from matching.rules.candidate import CANDIDATE, ENDS, check_until
from shared.http.acts import Act
from shared.machines import NotAllowed, NotFound, Unfit, advance
from shared.messaging import outbox
from shared.time import clock

log = structlog.get_logger()
# All that is said of whom another unit has, whether she comes by herself or in a file.
CANNOT_REGISTER = ("cannot_register", "This person can't be registered here: ask the coordinator.")


@dataclass(frozen=True, slots=True)
class Description:
    """What a candidate can, wants and has time for. An ability that isn't named is unknown."""

    group: str | None
    abilities: Mapping[str, bool]
    offers: Sequence[str]
    schedule: int | None
    available_from: date | None


@dataclass(frozen=True, slots=True)
class Registration:
    """Who comes into the bank."""

    person: identities.Person
    language: str
    description: Description


async def register(act: Act[Profile], ref: UUID, new: Registration) -> Candidate:
    """Let a person into the bank. Whoever has left keeps the reference that she had."""
    check_registrar(act)
    check_registration(act.profile, new)
    candidate = await admit(act, ref, new.person)
    return await begin(act, candidate, new)


async def admit(act: Act[Profile], ref: UUID, person: identities.Person) -> Candidate:
    """Take the one case that a person has in a network; refuse whoever is here."""
    if await identities.add_person(act.tx, ref, act.network, person):
        return blank(ref, act.network, act.on)
    return await once_here(act, person)


async def begin(act: Act[Profile], candidate: Candidate, new: Registration) -> Candidate:
    """Begin her case, or begin it anew; her row, or that she has none yet, is the caller's."""
    # Whoever comes again begins as anybody does, on whatever day is said: refused for a day before
    # she left, or moved to that day, she would show a stranger that, and until when, she was here.
    candidate.since = candidate.registered_on = act.on
    candidate.unit, candidate.caseworker = act.caller.unit, act.caller.id
    candidate.language = new.language
    write(candidate, new.description)
    act.tx.add(candidate)
    advance(candidate, CANDIDATE, "register", act.caller.role, act.on, limits=act.profile)
    await act.tx.flush()  # facts refer to her
    await facts.begin(act.tx, candidate.id, act.profile)
    event = CandidateRegistered(candidate_ref=candidate.id, unit=candidate.unit)
    await outbox.tell(act.tx, event, on=act.on)
    await recompute(act.tx, candidate, act.on, first=True)
    return candidate


def blank(ref: UUID, network: str, on: date) -> Candidate:
    return Candidate(
        id=ref, number=None, network=network, unit="", caseworker="", since=on, registered_on=on
    )


def check_registrar(act: Act[Profile]) -> None:
    """Refuse whoever isn't a caseworker of one of the network's units."""
    CANDIDATE.step("", "register", act.caller.role)
    if act.caller.organisation or act.caller.unit not in act.profile.units:
        raise NotFound


async def once_here(act: Act[Profile], person: identities.Person) -> Candidate:
    """Take the case of somebody who has left and comes again; refuse whoever is here.

    Where is said of the caller's own unit only; who asks for another's leaves a trace in the log.
    """
    found = await identities.find(act.tx, act.network, [person.number])
    candidate = await lock_candidate(act.tx, found[person.number])
    if candidate and candidate.state in ENDS:
        with act.tx.undone.thing("unreadable_persons", candidate.id):
            await identities.change(act.tx, candidate.id, **contact_of(person), name=person.name)
            return candidate
    elif candidate and candidate.unit == act.caller.unit:
        raise NotAllowed("already_registered", "This person is registered in the unit.")
    log.info("known_asked_for", network=act.network, key=act.caller.id)
    raise NotAllowed(*CANNOT_REGISTER)


def contact_of(person: identities.Person) -> dict[str, Any]:
    return {
        "email": person.email,
        "phone": person.phone,
        "address": person.address,
        "wants_email": person.wants_email,
    }


def check_registration(profile: Profile, new: Registration) -> None:
    check_language(profile, new.language)
    check_description(profile, new.description)


def check_language(profile: Profile, language: str) -> None:
    if language not in profile.languages:
        raise Unfit("/language", "unknown_language", "The network writes in its languages.")


def check_description(profile: Profile, said: Description) -> None:
    """Refuse codes that the network's profile doesn't have; none of them is repeated."""
    if said.group is not None and said.group not in profile.groups:
        raise Unfit("/group", "unknown_group", "The profile has no such group.")
    if set(said.abilities) - set(profile.requirements):
        raise Unfit("/abilities", "unknown_ability", "The profile has no such requirement.")
    if set(said.offers) - set(profile.offers):
        raise Unfit("/offers", "unknown_offer", "The profile has no such offer.")


def write(candidate: Candidate, said: Description) -> None:
    candidate.target_group, candidate.abilities = said.group, dict(said.abilities)
    candidate.offers, candidate.schedule = sorted(set(said.offers)), said.schedule
    candidate.available_from = said.available_from


async def describe(act: Act[Profile], ref: UUID, said: Description) -> Candidate:
    """Write down anew what she can, wants and has time for."""
    candidate = await lock_candidate_for(act, ref)
    CANDIDATE.step(candidate.state, "describe", act.caller.role)
    check_description(act.profile, said)
    write(candidate, said)
    return candidate


async def reach(
    act: Act[Profile], ref: UUID, language: str, contact: Mapping[str, Any]
) -> Candidate:
    """Write down anew how she is reached; the directory hears what it needs."""
    candidate = await lock_candidate_for(act, ref)
    CANDIDATE.step(candidate.state, "describe", act.caller.role)
    check_language(act.profile, language)
    candidate.language = language
    await identities.change(act.tx, ref, **contact)
    await recompute(act.tx, candidate, await clock.today(act.tx))
    return candidate


async def park(act: Act[Profile], ref: UUID, until: date, ground: str) -> Candidate:
    """Let her rest until a day; nobody sees her meanwhile, and her open matches end.

    What hides her isn't refused for being dated back: it counts from what it builds on.
    """
    candidate = await lock_candidate_for(act, ref)
    check_until(until, act.on, await clock.today(act.tx))
    day = max(act.on, candidate.since)
    advance(candidate, CANDIDATE, "park", act.caller.role, day, limits=act.profile)
    candidate.deadline = until
    await facts.note_ground(act.tx, ref, ground)
    await recompute(act.tx, candidate, day)
    return candidate


async def bring_back(act: Act[Profile], ref: UUID) -> Candidate:
    """End her rest before its day."""
    candidate = await lock_candidate_for(act, ref)
    advance(candidate, CANDIDATE, "return", act.caller.role, act.on, limits=act.profile)
    await facts.note_ground(act.tx, ref, None)
    await recompute(act.tx, candidate, act.on)
    return candidate


async def close(act: Act[Profile], ref: UUID, ground: str) -> Candidate:
    """Let her go from the bank, on one of the network's departures; dated back as a parking is."""
    departure = act.profile.departures.get(ground)
    if departure is None:
        raise Unfit("/ground", "unknown_ground", "Whoever leaves does so on one of the profile's.")
    candidate = await lock_candidate_for(act, ref)
    day = max(act.on, candidate.since)
    by = "provide" if departure.own_livelihood else "close"
    advance(candidate, CANDIDATE, by, act.caller.role, day, limits=act.profile)
    await facts.note_ground(act.tx, ref, ground)
    await recompute(act.tx, candidate, day)
    await forget_ranks_of(act.tx, ref)
    await outbox.tell(act.tx, CandidateClosed(candidate_ref=ref), on=day)
    return candidate
