"""Facts: what a caseworker found out, where and when; whether she is protected; what she needs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from matching import identities
from matching.commands.consequences import lock_candidate_for, recompute
from matching.identities import facts
from matching.models import Candidate
from matching.profiles import Profile
from matching.rules.candidate import CANDIDATE
from matching.rules.fact import (
    NEEDS_ASKED,
    Finding,
    Form,
    Known,
    Value,
    protection_after,
    replaces,
)
from shared.http.acts import Act
from shared.machines import Unfit
from shared.time import clock


@dataclass(frozen=True, slots=True)
class Found:
    """One fact as a caseworker says it."""

    code: str
    value: Value
    source: str
    found_on: date


async def record(act: Act[Profile], ref: UUID, found: Sequence[Found]) -> Candidate:
    """Write down facts; older ones never stand in place of newer."""
    candidate = await lock_candidate_for(act, ref)
    CANDIDATE.step(candidate.state, "find", act.caller.role)
    before = await facts.known_of(act.tx, ref, act.profile)
    asked = await identities.needs_of(act.tx, ref) is not None
    check(act.profile, found, await clock.today(act.tx), needs_asked=asked)
    await note(act, ref, found, before)
    await recompute(act.tx, candidate, await clock.today(act.tx))
    return candidate


async def note(
    act: Act[Profile], ref: UUID, found: Iterable[Found], before: Known
) -> Collection[str]:
    """Keep the findings but for those of which a newer one is known; gives the codes kept."""
    kept = {
        one.code: Finding(one.value, one.source, one.found_on, act.caller.id)
        for one in found
        if replaces(one.found_on, before.facts[one.code].found_on)
    }
    await facts.note_facts(act.tx, ref, kept)
    return kept


def check(profile: Profile, found: Sequence[Found], today: date, *, needs_asked: bool) -> None:
    """Refuse what the profile doesn't know, what can't make a fact TRUE, and days to come."""
    if len({one.code for one in found}) < len(found):
        raise Unfit("/facts", "named_twice", "Each fact is named once.")
    for place, one in enumerate(found):
        where, rule = f"/facts/{place}", profile.facts.get(one.code)
        if rule is None:
            raise Unfit(f"{where}/code", "unknown_fact", "The profile has no such fact.")
        if one.found_on > today:
            text = "A fact is recorded when it has been found out."
            raise Unfit(f"{where}/found_on", "later_than_today", text)
        if one.value == "true" and one.source not in rule.sources:
            text = "Only the sources in the profile can make this fact true."
            raise Unfit(f"{where}/source", "not_a_source", text)
        if one.value == "true" and one.code == NEEDS_ASKED and not needs_asked:
            text = "It becomes true when the needs are recorded."
            raise Unfit(f"{where}/value", "needs_not_recorded", text)


async def record_protection(act: Act[Profile], ref: UUID, form: Form) -> Candidate:
    """Write down which form of protected identity she has, or that she has none."""
    candidate = await lock_candidate_for(act, ref)
    CANDIDATE.step(candidate.state, "find", act.caller.role)
    before = (await facts.known_of(act.tx, ref, act.profile)).protection
    await facts.note_protection(act.tx, ref, protection_after(before, form, act.on))
    await recompute(act.tx, candidate, await clock.today(act.tx))
    return candidate


async def record_needs(act: Act[Profile], ref: UUID, needs: Collection[str]) -> Candidate:
    """Write down which adaptations she needs, none included: she has been asked."""
    candidate = await lock_candidate_for(act, ref)
    CANDIDATE.step(candidate.state, "find", act.caller.role)
    if set(needs) - set(act.profile.adaptations):
        raise Unfit("/needs", "unknown_adaptation", "The profile has no such adaptation.")
    if rule := act.profile.facts.get(NEEDS_ASKED):
        before = await facts.known_of(act.tx, ref, act.profile)
        found = Found(NEEDS_ASKED, "true", rule.sources[0], act.on)
        if not await note(act, ref, [found], before):
            return candidate
    await identities.note_needs(act.tx, ref, needs)
    await recompute(act.tx, candidate, await clock.today(act.tx))
    return candidate
