"""What can be asked of candidates: a caseworker's own unit's, and those who can be proposed."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, false, text
from sqlmodel import col, or_, select

from matching.models import Candidate, Match
from matching.models.people import IN_THE_BANK
from matching.profiles import Profile, profile_of
from matching.rules.access import has_case, has_cases
from matching.rules.candidate import ENDS
from shared.any_of import among
from shared.database import Tx
from shared.http.acts import Act
from shared.http.paging import Page
from shared.machines import NotFound
from shared.messaging.gauges import counted
from shared.savepoints import drawn, still
from shared.time import clock

LOOKED_AT_ONCE = 100  # the next round takes the next; until then they are stale, and not used


def is_fresh(candidate: Candidate, rules_key: str, today: date) -> bool:
    """Tell whether neither time nor new rules have passed by what was computed last."""
    look_again_on = candidate.look_again_on
    return candidate.rules == rules_key and (look_again_on is None or look_again_on > today)


def fresh(tx: Tx, network: str, today: date) -> ColumnElement[bool]:
    """Select those of a network of whom `is_fresh` says so."""
    look_again_on = col(Candidate.look_again_on)
    rules_key = profile_of(tx, network).rules_key
    return (col(Candidate.rules) == rules_key) & (look_again_on.is_(None) | (look_again_on > today))


async def is_shown(tx: Tx, candidate: Candidate) -> bool:
    """Tell whether she may be shown today, also when the clock hasn't looked at her yet."""
    rules_key = profile_of(tx, candidate.network).rules_key
    return candidate.visible and is_fresh(candidate, rules_key, await clock.today(tx))


async def candidates(act: Act[Profile], asked: Page) -> Sequence[Candidate]:
    """Give the candidates of the caller's unit, in the order of registration."""
    if not has_cases(act.caller):
        raise NotFound
    here = select(Candidate).where(
        Candidate.network == act.network, Candidate.unit == act.caller.unit
    )
    if asked.after:
        last = select(Candidate.number).where(
            Candidate.id == asked.after, Candidate.unit == act.caller.unit
        )
        last = last.where(Candidate.network == act.network)
        here = here.where(col(Candidate.number) > last.scalar_subquery())
    return (await act.tx.exec(here.order_by(col(Candidate.number)).limit(asked.limit + 1))).all()


async def candidate(act: Act[Profile], ref: UUID) -> Candidate:
    """Give one candidate; NotFound if she isn't for this caller."""
    found = await act.tx.get(Candidate, ref)
    if found is None or found.network != act.network:
        raise NotFound
    if not has_case(act.caller, found.unit):
        raise NotFound
    return found


async def visible(tx: Tx, network: str, unit: str) -> Sequence[Candidate]:
    """Give those of a unit who can be proposed, by the rules and the day as they are now."""
    here = select(Candidate).where(
        Candidate.network == network,
        Candidate.unit == unit,
        Candidate.state == "visible",
        col(Candidate.visible),
        fresh(tx, network, await clock.today(tx)),
    )
    return (await tx.exec(here.order_by(col(Candidate.number)))).all()


async def lock_late(
    tx: Tx, network: str, rules_key: str, today: date
) -> Sequence[tuple[UUID, str]]:
    """Lock a round of those whom time or new rules have passed by since they were looked at."""
    late = is_late(network, rules_key, today)
    ids = await drawn(tx, select(Candidate.id).where(late), LOOKED_AT_ONCE)
    return await still(tx, Candidate, ids, late)


def is_late(network: str, rules_key: str, today: date) -> ColumnElement[bool]:
    """Select those whom time or new rules have passed by, as the indexes find them."""
    rules = col(Candidate.rules)  # no index finds what differs, but what is less, and what is more
    late = or_(col(Candidate.look_again_on) <= today, rules < rules_key, rules > rules_key)
    return (col(Candidate.network) == network) & text(IN_THE_BANK) & late


async def count_late(tx: Tx, today: date) -> int:
    """Count those who wait to be looked at again, and are shown to nobody until then."""
    networks = [profile_of(tx, network) for network in sorted(tx.networks)]
    late = [is_late(one.network, one.rules_key, today) for one in networks]
    return await counted(tx, select(Candidate.id).where(or_(false(), *late)))


async def lock_candidates_in(tx: Tx, network: str) -> Sequence[UUID]:
    """Lock all in a network who haven't left."""
    here = select(Candidate.id).where(
        col(Candidate.network) == network, col(Candidate.state).not_in(ENDS)
    )
    return (await tx.exec(here.order_by(col(Candidate.id)).with_for_update())).all()


async def places_of(tx: Tx, refs: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Give who of these candidates is in an open match, and at which place."""
    here = select(Match.candidate_ref, Match.place_id).where(
        among(col(Match.candidate_ref), refs), col(Match.open)
    )
    return set((await tx.exec(here)).all())


async def present(tx: Tx, unit: str, refs: Collection[UUID]) -> set[UUID]:
    """Give those of these candidates who are a unit's and haven't left."""
    here = select(Candidate.id).where(
        Candidate.unit == unit, among(col(Candidate.id), refs), col(Candidate.state).not_in(ENDS)
    )
    return set((await tx.exec(here)).all())
