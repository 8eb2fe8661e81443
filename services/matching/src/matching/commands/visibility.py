"""Visibility: computed from what is known today. A change hides at once; unknown is never yes."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from matching.commands import recipient
from matching.commands.apart import by_itself
from matching.commands.step import advance
from matching.identities.known import known_of, note_ground
from matching.models import Candidate
from matching.profiles import Profile
from matching.queries import candidate as queries
from matching.queries import network as networks
from matching.rules.candidate import ENDS
from matching.rules.fact import hidden_for, lives_protected, next_look
from shared import clock, outbox
from shared.database import Tx
from shared.events.matching import VisibilityComputed


async def recompute(tx: Tx, candidate: Candidate, on: date, *, first: bool = False) -> bool:
    """Compute whether she may be seen and give it; the caller holds her row.

    What changes is told. Whoever is hidden loses her open matches; whoever lives protected or has
    left, all that she consented to: nobody is shown her again by it, whatever is found later.
    """
    profile = networks.profile(tx, candidate.network)
    today = await clock.today(tx)
    known = await known_of(tx, candidate.id, profile)
    values, before = known.values(today), candidate.visible
    visible = not hidden_for(values, known.protection.form, candidate.state)
    candidate.visible, candidate.rules = visible, profile.rules_key
    candidate.look_again_on = look_again_on(candidate, next_look(known, today))
    move(candidate, profile, max(on, candidate.since))
    if first or visible != before:
        event = VisibilityComputed(candidate_ref=candidate.id, visible=visible)
        await outbox.tell(tx, event, on=on)
    if before and not visible:
        await withdraw(tx, candidate, on)
    if lives_protected(values, known.protection.form) or candidate.state in ENDS:
        await end_consents(tx, candidate, on)
    await recipient.name(tx, candidate, known, today)
    return visible


def look_again_on(candidate: Candidate, next_fact: date | None) -> date | None:
    """Give the first day on which time alone changes something: a fact's, or her parking's end."""
    if candidate.state in ENDS:
        return None
    parked = candidate.state == "parked" and candidate.deadline
    back = candidate.deadline + timedelta(days=1) if parked and candidate.deadline else None
    return min((day for day in (next_fact, back) if day), default=None)


def move(candidate: Candidate, profile: Profile, on: date) -> None:
    """Show or hide her, where her state follows from what is known."""
    if candidate.visible and candidate.state in {"investigating", "hidden"}:
        advance(candidate, "show", "system", profile, on)
    elif not candidate.visible and candidate.state == "visible":
        advance(candidate, "hide", "system", profile, on)


async def withdraw(tx: Tx, candidate: Candidate, on: date) -> None:
    from matching.commands import match  # noqa: PLC0415 - matches know candidates, and they them

    await match.withdraw_of_candidate(tx, candidate.id, "hidden", on)


async def end_consents(tx: Tx, candidate: Candidate, on: date) -> None:
    from matching.commands import match  # noqa: PLC0415 - as above

    await match.end_consents_of(tx, candidate.id, "hidden", on)


async def refresh(tx: Tx, candidate: Candidate) -> None:
    """Catch up with time and rules, if they have passed by what was computed last."""
    profile, today = networks.profile(tx, candidate.network), await clock.today(tx)
    if candidate.state in ENDS or queries.is_fresh(candidate, profile.rules_key, today):
        return
    if candidate.state == "parked" and candidate.deadline and candidate.deadline < today:
        advance(candidate, "return", "system", profile, today)
        await note_ground(tx, candidate.id, None)
    await recompute(tx, candidate, today)


async def due(tx: Tx, today: date) -> int:
    """Look again at whom time or new rules may have changed; give how many."""
    late: list[Candidate] = []
    for network in sorted(networks.networks(tx)):
        rules_key = networks.profile(tx, network).rules_key
        late += await queries.late(tx, network, rules_key, today)
    await lock_places(tx, late)
    done = [
        await by_itself(tx, candidate.network, candidate.id, partial(refresh, tx, candidate))
        for candidate in late
    ]
    return sum(done)


async def lock_places(tx: Tx, candidates: Sequence[Candidate]) -> None:
    """Take the places of all their matches at once, in order: after people, before matches."""
    from matching.commands import place  # noqa: PLC0415 - as above

    ids = await queries.places_of(tx, [candidate.id for candidate in candidates])
    if ids:
        await place.locked(tx, ids)
