"""What followup can be asked.

Rows are loaded here as they are; what is large is put together in a thread, so that whoever asks
for a year of a whole network keeps nobody else waiting.
"""

from asyncio import to_thread
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, text
from sqlmodel import col, select

from followup import reports, rules
from followup.models import Commitment, Member
from followup.rules import UNKNOWN, Act, Facts, Promise, Term
from shared.access import Caller
from shared.clock import today
from shared.database import Tx
from shared.machines import NotFound

Rows = Sequence[Row[*tuple[Any, ...]]]
FACTS = text("""
    SELECT commitment_id, version, NULL, occurred_on, act, target
    FROM terms WHERE commitment_id = ANY (CAST(:ids AS uuid[]))
    UNION ALL
    SELECT commitment_id, NULL, id, held_on, offer, NULL
    FROM acts WHERE commitment_id = ANY (CAST(:ids AS uuid[]))""")


async def network_report(tx: Tx, network: str, asked: date | None) -> reports.NetworkReport:
    """Give a network's report; NotFound when nothing was ever heard of the network."""
    members = await members_of(tx, network)
    promises = await promises_where(tx, col(Commitment.network) == network)
    if not members and not promises:
        raise NotFound
    facts = await facts_about(tx, [row.id for row in promises])
    day = await today(tx)

    def put_together() -> reports.NetworkReport:
        memberships = [membership(one) for one in members]
        known = commitments(promises, facts, {one.id: one.sector for one in members})
        return reports.network_report(network, memberships, known, day, asked)

    return await to_thread(put_together)


async def member_report(tx: Tx, member: Member, asked: date | None) -> reports.MemberReport:
    own = await promises_where(tx, col(Commitment.membership_id) == member.id)
    facts = await facts_about(tx, [row.id for row in own])
    day = await today(tx)

    def put_together() -> reports.MemberReport:
        known = commitments(own, facts, {member.id: member.sector})
        return reports.member_report(member.network, membership(member), known, day, asked)

    return await to_thread(put_together)


async def commitment_figures(
    tx: Tx, commitment: Commitment, asked: date | None
) -> reports.CommitmentFigures:
    [promise] = await promises_where(tx, col(Commitment.id) == commitment.id)
    [known] = commitments([promise], await facts_about(tx, [commitment.id]), {})
    return reports.line(known, rules.figures(known.facts, asked))


async def members_of(tx: Tx, network: str) -> Sequence[Member]:
    found = await tx.exec(select(Member).where(Member.network == network))
    return found.all()


async def promises_where(tx: Tx, so: ColumnElement[bool]) -> Rows:
    """Give the promises, by period; not those that only something else has spoken of."""
    named = (Commitment.offer, Commitment.kept_by, Commitment.starts_on, Commitment.ends_before)
    columns = (Commitment.id, Commitment.membership_id, Commitment.lapse_found_on, *named)
    promised = select(*map(col, columns)).where(so, col(Commitment.promised).is_not(None))
    by_period = (col(Commitment.starts_on), col(Commitment.offer), col(Commitment.id))
    return (await (await tx.connection()).execute(promised.order_by(*by_period))).all()


async def facts_about(tx: Tx, ids: Sequence[UUID]) -> Rows:
    """Give the terms and acts of the commitments, in one question however many they are."""
    return (await (await tx.connection()).execute(FACTS, {"ids": ids})).all()


async def facts_of(tx: Tx, several: Sequence[Commitment]) -> Mapping[UUID, Facts]:
    """Give all that is known about each of the commitments."""
    terms, acts = sorted_out(await facts_about(tx, [one.id for one in several]))
    return {one.id: one.facts(terms[one.id], acts[one.id]) for one in several}


def sorted_out(facts: Rows) -> tuple[Mapping[UUID, list[Term]], Mapping[UUID, list[Act]]]:
    terms: dict[UUID, list[Term]] = defaultdict(list)
    acts: dict[UUID, list[Act]] = defaultdict(list)
    for of, version, held, on, what, target in facts:
        if held:
            acts[of].append(Act(held, on, what))
        else:
            terms[of].append(Term(version, on, what, target))
    return terms, acts


def commitments(
    promises: Rows, facts: Rows, sectors: Mapping[UUID, str | None]
) -> Sequence[reports.Commitment]:
    """Put what was promised beside its facts; the sector is its member's, as far as we know it."""
    terms, acts = sorted_out(facts)
    known = []
    for of, member, lapse_found_on, *named in promises:
        promise = Promise(*named)
        sector = sectors.get(member) or UNKNOWN
        all_of_it = Facts(promise, terms[of], acts[of], lapse_found_on)
        known.append(reports.Commitment(of, sector, promise, all_of_it))
    return known


def membership(member: Member) -> reports.Membership:
    sector, size = member.sector or UNKNOWN, member.size or UNKNOWN
    return reports.Membership(member.id, sector, size, member.milestones)


async def member_for(tx: Tx, network: str, membership_id: UUID, caller: Caller) -> Member:
    """Give the membership to whoever may read of it; NotFound for others."""
    member = await tx.get(Member, membership_id)
    if member is None or member.network != network or not may_read(caller, member):
        raise NotFound
    return member


async def commitment_for(tx: Tx, network: str, commitment_id: UUID, caller: Caller) -> Commitment:
    """Give the promise to whoever may read of its member; else NotFound."""
    found = await tx.get(Commitment, commitment_id)
    if found is None or found.network != network or found.told is None:
        raise NotFound
    if not may_read(caller, found):
        raise NotFound
    return found


def may_read(caller: Caller, thing: Member | Commitment) -> bool:
    return rules.may_read(caller.role, caller.organisation, thing.organisation_id)
