"""What followup can be asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, text
from sqlmodel import col, select

from followup import reports
from followup.models import Commitment, Member
from followup.rules import UNKNOWN, Act, Facts, Term, figures
from shared.access import Caller
from shared.clock import today
from shared.database import Tx
from shared.machines import NotFound

SEES_ALL_MEMBERS = "coordinator"
FACTS = text("""
    SELECT commitment_id, version, NULL, occurred_on, act, units
    FROM terms WHERE commitment_id = ANY (CAST(:ids AS uuid[]))
    UNION ALL
    SELECT commitment_id, NULL, id, held_on, offer, NULL
    FROM acts WHERE commitment_id = ANY (CAST(:ids AS uuid[]))""")


async def network_report(tx: Tx, network: str, asked: date | None) -> reports.NetworkReport:
    """Give a network's report; NotFound when nothing was ever heard of the network."""
    members = await members_of(tx, network)
    commitments = await commitments_where(tx, col(Commitment.network) == network)
    if not members and not commitments:
        raise NotFound
    sectors = {one.id: one.sector for one in members}
    known = await with_facts(tx, commitments, sectors)
    memberships = [membership(one) for one in members]
    return reports.network_report(network, memberships, known, await today(tx), asked)


async def member_report(tx: Tx, member: Member, asked: date | None) -> reports.MemberReport:
    own = await commitments_where(tx, col(Commitment.membership_id) == member.id)
    known = await with_facts(tx, own, {member.id: member.sector})
    return reports.member_report(member.network, membership(member), known, await today(tx), asked)


async def commitment_figures(
    tx: Tx, commitment: Commitment, asked: date | None
) -> reports.CommitmentFigures:
    [known] = await with_facts(tx, [commitment], {})
    return reports.line(known, figures(known.facts, asked))


async def members_of(tx: Tx, network: str) -> Sequence[Member]:
    found = await tx.exec(select(Member).where(Member.network == network))
    return found.all()


async def commitments_where(tx: Tx, so: ColumnElement[bool]) -> Sequence[Commitment]:
    """Give the promises, by period; not those that only something else has spoken of."""
    promised = select(Commitment).where(so, col(Commitment.promised).is_not(None))
    by_period = (col(Commitment.starts_on), col(Commitment.offer), col(Commitment.id))
    return (await tx.exec(promised.order_by(*by_period))).all()


async def with_facts(
    tx: Tx, commitments: Sequence[Commitment], sectors: Mapping[UUID, str | None]
) -> Sequence[reports.Commitment]:
    facts = await facts_of(tx, commitments)
    return [
        reports.Commitment(one.id, sector_of(one, sectors), one.promise, facts[one.id])
        for one in commitments
        if one.promise
    ]


def sector_of(commitment: Commitment, sectors: Mapping[UUID, str | None]) -> str:
    """Give the sector of the member, unknown as long as we haven't heard of the member."""
    of = commitment.membership_id
    return (of and sectors.get(of)) or UNKNOWN


def membership(member: Member) -> reports.Membership:
    sector, size = member.sector or UNKNOWN, member.size or UNKNOWN
    return reports.Membership(member.id, sector, size, member.milestones)


async def member_for(tx: Tx, network: str, membership_id: UUID, caller: Caller) -> Member:
    """Give the membership to its own organisation and the coordinator; NotFound for others."""
    member = await tx.get(Member, membership_id)
    if member is None or member.network != network or not may_see(caller, member):
        raise NotFound
    return member


async def commitment_for(tx: Tx, network: str, commitment_id: UUID, caller: Caller) -> Commitment:
    """Give the promise to the organisation that made it and the coordinator; else NotFound."""
    found = await tx.get(Commitment, commitment_id)
    if found is None or found.network != network or found.told is None:
        raise NotFound
    if not may_see(caller, found):
        raise NotFound
    return found


def may_see(caller: Caller, thing: Member | Commitment) -> bool:
    own = thing.organisation_id is not None and thing.organisation_id == caller.organisation
    return own or caller.role == SEES_ALL_MEMBERS


async def facts_of(tx: Tx, commitments: Sequence[Commitment]) -> Mapping[UUID, Facts]:
    """All that is known about each of the commitments, in one question however many they are."""
    terms: dict[UUID, list[Term]] = defaultdict(list)
    acts: dict[UUID, list[Act]] = defaultdict(list)
    ids = {"ids": [one.id for one in commitments]}
    for of, version, held, on, what, units in await (await tx.connection()).execute(FACTS, ids):
        if held:
            acts[of].append(Act(held, on, what))
        else:
            terms[of].append(Term(version, on, what, units))
    return {one.id: one.facts(terms[one.id], acts[one.id]) for one in commitments}
