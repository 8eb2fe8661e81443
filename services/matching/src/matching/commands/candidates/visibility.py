"""Visibility: computed from what is known today. A change hides at once; unknown is never yes."""

from datetime import date, timedelta
from typing import NamedTuple

from jobbpakten_events.matching import VisibilityComputed
from matching.identities.facts import known_of
from matching.models import Candidate
from matching.profiles import Profile, profile_of
from matching.rules.candidate import CANDIDATE, ENDS
from matching.rules.fact import Known, hidden_for, lives_protected, next_look
from shared.database import Tx
from shared.machines import advance
from shared.messaging import outbox
from shared.time import clock


class Computed(NamedTuple):
    """What was found: what is known, whether it has just hidden her, whether her consents end."""

    known: Known
    was_hidden: bool
    ends_consents: bool


async def compute(tx: Tx, candidate: Candidate, on: date, *, first: bool) -> Computed:
    """Compute whether a candidate may be seen, and tell it where it changes or is the first."""
    profile = profile_of(tx, candidate.network)
    today = await clock.today(tx)
    known = await known_of(tx, candidate.id, profile)
    values, before = known.values(today), candidate.visible
    candidate.visible = not hidden_for(values, known.protection.form, candidate.state)
    candidate.rules = profile.rules_key
    candidate.look_again_on = look_again_on(candidate, next_look(known, today))
    move(candidate, profile, max(on, candidate.since))
    if first or candidate.visible != before:
        event = VisibilityComputed(candidate_ref=candidate.id, visible=candidate.visible)
        await outbox.tell(tx, event, on=on)
    ends = lives_protected(values, known.protection.form) or candidate.state in ENDS
    return Computed(known, before and not candidate.visible, ends)


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
        advance(candidate, CANDIDATE, "show", "system", on, limits=profile)
    elif not candidate.visible and candidate.state == "visible":
        advance(candidate, CANDIDATE, "hide", "system", on, limits=profile)
