"""What an employer may see of a match, of whom it is about, and of a network's rules.

It is decided here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import not_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from jobbpakten_events import Code
from matching import identities
from matching.models import Candidate, Consent, Match, Place
from matching.models.matches import VOID
from matching.profiles import Offer, Profile, Requirement
from matching.queries.candidate import fresh
from matching.queries.place import unsettled
from matching.rules.access import employer_of, knows_all_rules
from matching.rules.hours import words
from matching.rules.match import MATCH, SHOWN
from shared.database import Tx
from shared.http.acts import Act
from shared.http.paging import Page
from shared.http.requests import Standing, standing
from shared.machines import NotFound
from shared.networks.profiles import Limit, Network, Part, Texts

Disclosed = tuple[Match, Candidate, Consent]


class ShownView(Standing):
    """A match, for the employer that was asked: a place and where it stands, and nobody."""

    match_id: UUID
    place_id: UUID


class ShownInFull(ShownView):
    """The same with the details that the candidate agreed to, and no other."""

    details: dict[str, Any]


class EmployersDeadlines(Part):
    """By when employers act, and the union."""

    place: Limit
    union: Limit
    employer_answer: Limit


class EmployersProfile(Network):
    """What one has to know of a network to offer a place and to answer.

    What lets somebody be seen, who goes first, how matches end and what caseworkers make of an
    employer's no is the staff's.
    """

    areas: dict[Code, Texts]
    requirements: dict[Requirement, Texts]
    adaptations: dict[Code, Texts]
    consent_fields: dict[Code, Texts]
    employer_declines: dict[Code, Texts]
    offers: Mapping[Code, Offer]
    deadlines: EmployersDeadlines


def profile_for(act: Act[Profile]) -> Profile | EmployersProfile:
    """Return the network as staff go by it, or as employers have to know it."""
    profile = act.profile
    if knows_all_rules(act.caller):
        return profile
    said = {name: getattr(profile, name) for name in EmployersProfile.model_fields}
    declines = {code: decline.text for code, decline in profile.employer_declines.items()}
    due = {name: getattr(profile.deadlines, name) for name in EmployersDeadlines.model_fields}
    said |= {"employer_declines": declines, "deadlines": EmployersDeadlines(**due)}
    return EmployersProfile(**said)


def disclosed_to(tx: Tx, organisation: UUID, network: str, today: date) -> SelectOfScalar[UUID]:
    """Select what an employer may know of: asked, consented until today, and she is visible.

    Whoever hasn't been looked at since time or rules changed isn't known to be visible.
    """
    return (
        select(Match.id)
        .join(Candidate, col(Candidate.id) == Match.candidate_ref)
        .join(Consent, col(Consent.match_id) == Match.id)
        .where(
            col(Match.network) == network,
            col(Match.organisation_id) == organisation,
            col(Match.state).in_(SHOWN),
            not_(VOID),
            col(Match.place_id).not_in(select(Place.id).where(unsettled())),
            col(Candidate.visible),
            fresh(tx, network, today),
            col(Consent.withdrawn_on).is_(None),
            col(Consent.until) >= today,
        )
    )


async def matches(act: Act[Profile], asked: Page) -> Sequence[Match]:
    """Return what the caller's organisation may know of now, in the order of proposal."""
    if not (own := employer_of(act.caller)):
        raise NotFound
    found = select(Match).where(col(Match.id).in_(disclosed_to(act.tx, own, act.network, act.on)))
    return await asked.read(act.tx, found, col(Match.id))


async def disclosed(act: Act[Profile], match_id: UUID) -> Disclosed:
    """Return what an employer may see of a match; nobody hides her until the answer is made.

    Her row is taken first: a statement that waits for it doesn't see what was done meanwhile.
    """
    if not (own := employer_of(act.caller)):
        raise NotFound
    await lock_candidate_of(act.tx, match_id)
    here = (
        select(Match, Candidate, Consent)
        .join(Candidate, col(Candidate.id) == Match.candidate_ref)
        .join(Consent, col(Consent.match_id) == Match.id)
        .where(
            col(Match.id) == match_id,
            col(Match.id).in_(disclosed_to(act.tx, own, act.network, act.on)),
            col(Consent.withdrawn_on).is_(None),
        )
        .execution_options(populate_existing=True)
    )
    found = (await act.tx.exec(here)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def lock_candidate_of(tx: Tx, match_id: UUID) -> None:
    """Let others read her, and nobody change her, until this transaction is over."""
    whose = select(Match.candidate_ref).where(col(Match.id) == match_id).scalar_subquery()
    await tx.exec(select(Candidate.id).where(Candidate.id == whose).with_for_update(read=True))


def view_shown(match: Match) -> ShownView:
    where = standing(MATCH, match, match.deadline)
    return ShownView(**where, match_id=match.id, place_id=match.place_id)


async def view_for_employer(act: Act[Profile], match_id: UUID) -> ShownInFull:
    """Open what was consented to, at this moment."""
    match, candidate, consent = await disclosed(act, match_id)
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
