"""What matching can be asked about matches by staff, by the clock and by other acts."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, not_, or_
from sqlmodel import col, exists, func, select
from sqlmodel.sql.expression import Select

from matching.models import (
    Consent,
    Match,
    Member,
    Place,
    Placement,
    Ranked,
    UnconfirmedConsent,
)
from matching.models.matches import VOID
from matching.profiles import Profile
from matching.queries.place import ROUND, is_paused_for_member
from matching.rules.access import decides_for, has_case, has_cases
from matching.rules.match import (
    ASKED,
    CONSENTED,
    DECISIONS,
    EXPIRING,
    WAITS_FOR_DECISION,
)
from matching.rules.placement import Days, possible_days
from shared.any_of import among
from shared.database import Tx
from shared.http.acts import Act
from shared.http.paging import Page
from shared.machines import NotFound
from shared.messaging.gauges import counted
from shared.savepoints import drawn

Named = tuple[UUID, UUID, str]
NAMED = select(Match.id, Match.place_id, Match.network).where(col(Match.open))
"""An open match by what names it: its id, its place's, its network."""


async def match(act: Act[Profile], match_id: UUID) -> Match:
    """Give a match to caseworkers of its unit; NotFound for everybody else."""
    found = await act.tx.get(Match, match_id)
    if found is None or found.network != act.network or not has_case(act.caller, found.unit):
        raise NotFound
    return found


async def for_staff(act: Act[Profile], match_id: UUID) -> Match:
    """Give a match to caseworkers of its unit, and to a decider one that waits, or was accepted.

    Of a match that never came so far, or ended otherwise, a decider knows nothing: not even how.
    """
    found = await act.tx.get(Match, match_id)
    if found is None or found.network != act.network:
        raise NotFound
    decides = found.state in DECISIONS and found.unit in decides_for(act.caller, act.profile.units)
    if not (has_case(act.caller, found.unit) or (decides and not found.is_void)):
        raise NotFound
    return found


async def matches(act: Act[Profile], asked: Page) -> Sequence[Match]:
    """Give matches in the order of proposal: a unit's, or to a decider what waits for one."""
    found = select(Match).where(col(Match.network) == act.network)
    if has_cases(act.caller):
        found = found.where(col(Match.unit) == act.caller.unit)
    elif units := decides_for(act.caller, act.profile.units):
        found = found.where(col(Match.state) == WAITS_FOR_DECISION, col(Match.unit).in_(units))
        found = found.where(not_(VOID))
    else:
        raise NotFound
    return await asked.read(act.tx, found, col(Match.id))


async def consent_of(tx: Tx, match_id: UUID) -> Consent | None:
    """Give the consent that a match rests on; None without one, or when it was taken back."""
    here = select(Consent).where(
        col(Consent.match_id) == match_id, col(Consent.withdrawn_on).is_(None)
    )
    return (await tx.exec(here.execution_options(populate_existing=True))).one_or_none()


async def consent_to_read(act: Act[Profile], match: Match) -> Consent | None:
    """Give the consent that a match rests on; to a decider only of one that waits for her.

    What becomes of it afterwards would tell how the placement went.
    """
    if match.is_void:
        return None
    if match.state != WAITS_FOR_DECISION and not has_case(act.caller, match.unit):
        return None
    return await consent_of(act.tx, match.id)


async def was_given(tx: Tx, match_id: UUID) -> Consent | None:
    """Give the consent that was given for a match, also when it holds no longer."""
    here = select(Consent).where(col(Consent.match_id) == match_id)
    return (await tx.exec(here.execution_options(populate_existing=True))).one_or_none()


async def unconfirmed(tx: Tx, found: Sequence[Match]) -> dict[UUID, UnconfirmedConsent]:
    """Give what she said that waits for a second witness, by match; nothing where none waits."""
    asked = [one.id for one in found if one.state == ASKED]
    here = select(UnconfirmedConsent).where(among(col(UnconfirmedConsent.match_id), asked))
    rows = (await tx.exec(here.execution_options(populate_existing=True))).all()
    return {one.match_id: one for one in rows}


async def placement_of(tx: Tx, match_id: UUID) -> Placement | None:
    here = select(Placement).where(col(Placement.match_id) == match_id)
    return (await tx.exec(here)).one_or_none()


async def place_of(tx: Tx, match: Match) -> Place:
    return await tx.get_one(Place, match.place_id)


def days_at(act: Act[Profile], place: Place, consent: Consent) -> Days | None:
    """Give which days an acceptance may name today; None where none is left."""
    period, ends_by = (place.starts_on, place.ends_before), act.profile.ends_by
    return possible_days(act.on, period, consent.until, partial(ends_by, place.offer))


async def count_open(tx: Tx, which: ColumnElement[bool]) -> int:
    """Count the open matches of one candidate or at one place."""
    here = select(func.count()).select_from(Match).where(col(Match.open), which)
    return (await tx.exec(here)).one()


def is_due(today: date) -> ColumnElement[bool]:
    """Select open matches whose answer hasn't come, or whose consent is over; no void ones."""
    live = exists().where(
        col(Consent.match_id) == col(Match.id),
        col(Consent.withdrawn_on).is_(None),
        col(Consent.until) >= today,
    )
    return not_(VOID) & or_(
        col(Match.state).in_(EXPIRING) & (col(Match.deadline) < today),
        col(Match.state).in_(CONSENTED) & ~live,
    )


async def count_due(tx: Tx, today: date) -> int:
    """Count open matches that are void, or whose answer hasn't come in time."""
    open_ = select(Match.id).where(col(Match.open), col(Match.network).in_(tx.networks))
    late = open_.where(col(Match.state).in_(EXPIRING), col(Match.deadline) < today)
    void = await counted(tx, open_.where(VOID))
    return void + await counted(tx, late.where(not_(VOID)))


async def places_with_due(tx: Tx, today: date) -> Sequence[UUID]:
    """Draw where open matches are due to end; their places are locked before they are read."""
    here = select(Match.place_id).where(
        col(Match.open), is_due(today), col(Match.network).in_(tx.networks)
    )
    return await drawn(tx, here.group_by(col(Match.place_id)), ROUND)


async def part_of(tx: Tx, here: Select[UUID, UUID, str]) -> Sequence[Named]:
    """Draw of what a statement selects so much as a part holds, by id."""
    return sorted(await drawn(tx, here, ROUND), key=str)


async def due_at(tx: Tx, places: Collection[UUID], today: date) -> Sequence[Named]:
    """Draw open matches that are due at places."""
    return await part_of(tx, NAMED.where(is_due(today), among(col(Match.place_id), places)))


async def void_matches(tx: Tx) -> Sequence[Named]:
    """Draw matches that are void."""
    return await part_of(tx, NAMED.where(VOID, col(Match.network).in_(tx.networks)))


async def void_at(tx: Tx, places: Collection[UUID]) -> Sequence[Named]:
    """Give so many void matches at places, by id, as a part holds."""
    here = NAMED.where(VOID, among(col(Match.place_id), places))
    return (await tx.exec(here.order_by(col(Match.id)).limit(ROUND))).all()


async def at_suspended(tx: Tx) -> Sequence[Named]:
    """Draw open matches at places that are paused for their member.

    All are void since the suspension was heard, but for what
    began while it was: a replica of the release before, or an act that didn't see it yet.
    """
    here = NAMED.join(Place, col(Place.id) == Match.place_id)
    here = here.join(Member, col(Member.membership_id) == Place.membership_id)
    suspended = is_paused_for_member() & col(Member.suspended_on).is_not(None)
    run_here = col(Match.network).in_(tx.networks)
    return await part_of(tx, here.where(suspended, run_here))


async def was_ranked(tx: Tx, run_id: UUID, place_id: UUID, ref: UUID) -> bool:
    """Say whether a run ranked a candidate for a place."""
    here = select(Ranked.rank).where(
        col(Ranked.run_id) == run_id,
        col(Ranked.place_id) == place_id,
        col(Ranked.candidate_ref) == ref,
    )
    return (await tx.exec(here)).first() is not None
