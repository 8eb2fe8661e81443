"""A candidate as her own unit's caseworkers see her: where her case stands, and her file."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import NamedTuple
from uuid import UUID

from matching import identities
from matching.api.acts import words
from matching.commands.candidates.registrations import contact_of
from matching.identities import facts
from matching.models import Candidate
from matching.profiles import Profile
from matching.queries import candidate as queries
from matching.rules.candidate import CANDIDATE
from matching.rules.fact import Form, Known, Value, hidden_for
from shared.database import Tx
from shared.http.requests import Standing, View, standing
from shared.time import clock

# Hidden though no fact says so: time or rules have passed by her, and the clock comes soon.
NOT_LOOKED_AT = "not_looked_at"


class StandingView(Standing):
    """Where a candidate stands, without anything that says who she is or why."""

    candidate_ref: UUID
    unit: str
    visible: bool


class RegisteredView(StandingView):
    """What a registration is answered; facts are all unknown at first."""

    hidden_for: list[str]


class CandidateView(StandingView):
    """A candidate as the matching engine may see her."""

    registered_on: date
    language: str
    group: str | None
    abilities: dict[str, bool]
    offers: list[str]
    schedule: list[str] | None
    available_from: date | None


class ListedView(CandidateView):
    """The same with the codes of what hides her; null where nothing that is known can be opened."""

    hidden_for: list[str] | None


class CandidatesView(View):
    """One page; `next` is where the next one begins, null on the last."""

    candidates: list[ListedView]
    next: UUID | None


class FactView(View):
    """What is known today, from where; `good_until` is its last day, null for ever."""

    code: str
    value: Value
    source: str
    found_on: date | None
    good_until: date | None


class CandidateFile(CandidateView):
    """All that her own unit's caseworkers see, and nobody else; her number is shown to nobody."""

    name: str
    wants_email: bool
    email: str | None
    phone: str | None
    address: str | None
    hidden_for: list[str]
    facts: list[FactView]
    protection: Form | None
    needs: list[str] | None
    ground: str | None


class Standpoint(NamedTuple):
    """Where a candidate stands today, whether or not the clock has written it down."""

    state: str
    since: date


async def view_standing(tx: Tx, candidate: Candidate) -> StandingView:
    """Say where she stands: not as visible when time or rules have passed that by."""
    shown = await queries.is_shown(tx, candidate)
    state = "hidden" if candidate.state == "visible" and not shown else candidate.state
    stands = Standpoint(state, candidate.since)
    return StandingView(
        **standing(CANDIDATE, stands, candidate.deadline),
        unit=candidate.unit,
        visible=shown,
        candidate_ref=candidate.id,
    )


async def view(tx: Tx, candidate: Candidate) -> CandidateView:
    facts = candidate.model_dump(exclude={"state", "since", "deadline", "unit", "visible"})
    hours = None if candidate.schedule is None else words(candidate.schedule)
    return CandidateView(
        **facts | {"schedule": hours},
        **(await view_standing(tx, candidate)).model_dump(),
        group=candidate.target_group,
    )


async def views(tx: Tx, profile: Profile, candidates: Sequence[Candidate]) -> list[ListedView]:
    """Show several candidates; one whose row can't be read is left out, counted and logged."""
    today, seen = await clock.today(tx), list[ListedView]()
    hidden = {one.id for one in candidates if not await queries.is_shown(tx, one)}
    known = await facts.known_of_each(tx, hidden, profile)

    def reasons(one: Candidate) -> list[str] | None:
        if one.id not in hidden:
            return []
        return reasons_of(known[one.id], one.state, today) if one.id in known else None

    for one in candidates:
        with tx.undone.thing("unreadable_candidates", one.id):
            hers = await view(tx, one)
            seen.append(ListedView(**hers.model_dump(), hidden_for=reasons(one)))
    return seen


def reasons_of(known: Known, state: str, today: date) -> list[str]:
    """Name what hides somebody who is hidden: if nothing that is known does, the clock is due."""
    return hidden_for(known.values(today), known.protection.form, state) or [NOT_LOOKED_AT]


async def view_file(tx: Tx, profile: Profile, candidate: Candidate) -> CandidateFile:
    """Open all that is known of one candidate."""
    who = await identities.person(tx, candidate.id)
    found = await facts.known_of(tx, candidate.id, profile)
    needs = await identities.needs_of(tx, candidate.id)
    today = await clock.today(tx)
    values, seen = found.values(today), await view(tx, candidate)
    shown = [
        FactView.model_validate({"code": code, **asdict(one), "value": values[code]})
        for code, one in found.facts.items()
    ]
    return CandidateFile(
        **seen.model_dump(),
        **contact_of(who),
        name=who.name,
        hidden_for=[] if seen.visible else reasons_of(found, candidate.state, today),
        facts=shown,
        protection=found.protection.form,
        needs=None if needs is None else sorted(needs),
        ground=await facts.ground_of(tx, candidate.id),
    )
