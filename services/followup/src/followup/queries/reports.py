"""The rows of a report, put together in a thread."""

from asyncio import to_thread
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from followup import reports
from followup.models import Commitment, Member, Turn
from followup.queries.facts import Rows, facts_about, promises_where, sorted_out
from followup.queries.people import persons_in, placements_in, placements_of
from followup.rules.facts import Promise
from followup.rules.ledger import figures
from followup.rules.masking import last_month
from followup.rules.member import UNKNOWN
from shared.clock import today
from shared.database import Tx
from shared.machines import NotFound

Turns = Mapping[UUID, Sequence[tuple[date, bool]]]


async def network_report(
    tx: Tx, network: str, asked: date | None, *, any_day: bool
) -> reports.NetworkReport:
    """Give a network's report; NotFound when nothing was ever heard of the network.

    People are counted as `people_by` says.
    """
    members = await members_of(tx, network)
    promises = await promises_where(tx, col(Commitment.network) == network)
    if not members and not promises:
        raise NotFound
    turns = await turns_of(tx, members)
    facts = await facts_about(tx, [row.id for row in promises])
    day = await today(tx)
    by = people_by(asked, day, any_day=any_day)
    placements = await placements_in(tx, network, by)
    people = by or day, placements, await persons_in(tx, network, by, placements)

    def put_together() -> reports.NetworkReport:
        memberships = [membership(one, turns) for one in members]
        known = commitments(promises, facts, {one.id: one.sector for one in members})
        return reports.network_report(network, memberships, known, people, day, asked)

    return await to_thread(put_together)


async def member_report(
    tx: Tx, member: Member, asked: date | None, *, any_day: bool
) -> reports.MemberReport:
    """Give a member's report; its placements are counted as `people_by` says."""
    own = await promises_where(tx, col(Commitment.membership_id) == member.id)
    turns = await turns_of(tx, [member])
    facts = await facts_about(tx, [row.id for row in own])
    day = await today(tx)
    by = people_by(asked, day, any_day=any_day)
    people = by or day, await placements_of(tx, member.id, by)

    def put_together() -> reports.MemberReport:
        known = commitments(own, facts, {member.id: member.sector})
        about = membership(member, turns)
        return reports.member_report(member.network, about, known, people, day, asked)

    return await to_thread(put_together)


def people_by(asked: date | None, day: date, *, any_day: bool) -> date | None:
    """Give the day by which people are counted: the end of the month before the day asked for.

    For those who may know it is `any_day`, and without one whatever has been told until now.
    """
    return asked if any_day else last_month(asked or day)


async def commitment_figures(
    tx: Tx, commitment: Commitment, asked: date | None
) -> reports.CommitmentFigures:
    [promise] = await promises_where(tx, col(Commitment.id) == commitment.id)
    [known] = commitments([promise], await facts_about(tx, [commitment.id]), {})
    return reports.line(known, figures(known.facts, asked))


async def members_of(tx: Tx, network: str) -> Sequence[Member]:
    found = await tx.exec(select(Member).where(Member.network == network))
    return found.all()


async def turns_of(tx: Tx, members: Sequence[Member]) -> Turns:
    """Give the suspensions and reinstatements of each, in the order in which they were told."""
    told = select(Turn).where(col(Turn.membership_id).in_([one.id for one in members]))
    turns: dict[UUID, list[tuple[date, bool]]] = defaultdict(list)
    for turn in await tx.exec(told.order_by(col(Turn.membership_id), col(Turn.version))):
        turns[turn.membership_id].append((turn.occurred_on, turn.suspended))
    return turns


def commitments(
    promises: Rows, facts: Rows, sectors: Mapping[UUID, str | None]
) -> Sequence[reports.Commitment]:
    """Put what was promised beside its facts; the sector is its member's, as far as we know it."""
    known = sorted_out(facts)
    found = []
    for of, member, lapse_found_on, *named in promises:
        promise = Promise(*named)
        sector = sectors.get(member) or UNKNOWN
        all_of_it = known[of].facts(promise, lapse_found_on)
        found.append(reports.Commitment(of, sector, promise, all_of_it))
    return found


def membership(member: Member, turns: Turns) -> reports.Membership:
    sector, size = member.sector or UNKNOWN, member.size or UNKNOWN
    milestones = member.milestones(turns.get(member.id, ()))
    return reports.Membership(member.id, sector, size, milestones)
