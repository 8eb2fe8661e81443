"""What followup can be asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from followup.models import Commitment, Member
from followup.rules import Act, Facts, Term
from shared.access import Caller
from shared.database import Tx
from shared.machines import NotFound

SEES_ALL_MEMBERS = "coordinator"
TERMS = text("""SELECT commitment_id, version, occurred_on, act, units FROM terms
                WHERE commitment_id = ANY (CAST(:ids AS uuid[]))""")
ACTS = text("""SELECT commitment_id, id, held_on, offer FROM acts
               WHERE commitment_id = ANY (CAST(:ids AS uuid[]))""")
BY_PERIOD = (col(Commitment.starts_on), col(Commitment.offer), col(Commitment.id))
IS_PROMISED = col(Commitment.promised).is_not(None)  # more is known than that somebody spoke of it


async def members_of(tx: Tx, network: str) -> Sequence[Member]:
    found = await tx.exec(select(Member).where(Member.network == network))
    return found.all()


async def commitments_of(tx: Tx, network: str) -> Sequence[Commitment]:
    of_network = select(Commitment).where(Commitment.network == network, IS_PROMISED)
    return (await tx.exec(of_network.order_by(*BY_PERIOD))).all()


async def commitments_of_member(tx: Tx, membership_id: UUID) -> Sequence[Commitment]:
    own = select(Commitment).where(Commitment.membership_id == membership_id, IS_PROMISED)
    return (await tx.exec(own.order_by(*BY_PERIOD))).all()


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
    """All that is known about each of the commitments, in two questions however many they are."""
    connection = await tx.connection()
    ids = {"ids": [one.id for one in commitments]}
    terms: dict[UUID, list[Term]] = defaultdict(list)
    for of, *fact in await connection.execute(TERMS, ids):
        terms[of].append(Term(*fact))
    acts: dict[UUID, list[Act]] = defaultdict(list)
    for of, *fact in await connection.execute(ACTS, ids):
        acts[of].append(Act(*fact))
    return {one.id: one.facts(terms[one.id], acts[one.id]) for one in commitments}
