"""The rows of a report, put together in a thread."""

from asyncio import to_thread
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal
from sqlmodel import col, select

from followup import reports
from followup.models import Commitment, Member, Suspension
from followup.queries.access import Reading
from followup.queries.counts import counted_in, counted_of
from followup.queries.facts import Rows, facts_about, promises_where, sorted_out
from followup.queries.people import persons_in, placements_in, placements_of
from followup.rules import closing
from followup.rules.closing import Counted
from followup.rules.facts import Promise
from followup.rules.ledger import figures
from followup.rules.member import UNKNOWN
from shared.database import Tx

Suspensions = Mapping[UUID, Sequence[tuple[date, bool]]]


async def network_report(
    tx: Tx, network: str, reading: Reading
) -> Callable[[], reports.NetworkReport]:
    """Load a network's rows, and give what folds them.

    The fold of a large network takes long: who waits for it has to hold no transaction open.
    """
    members = await members_of(tx, network)
    promises = await promises_where(tx, col(Commitment.network) == network)
    suspensions = await suspensions_of(tx, members)
    facts = await facts_about(tx, [row.id for row in promises], people=reading.is_staff)
    if reading.is_staff:
        placements = await placements_in(tx, network, reading.asked)
        persons = await persons_in(tx, network, reading.asked, placements)
        seen = reports.Seen(reading.as_of, placements, persons)
    else:
        seen = by_month(reading.as_of, await counted_in(tx, network, reading.as_of))

    def put_together() -> reports.NetworkReport:
        memberships = [membership(one, suspensions) for one in members]
        known = commitments(promises, facts, {one.id: one.sector for one in members})
        return reports.network_report(network, memberships, known, seen, reading.asked)

    return put_together


async def member_report(tx: Tx, member: Member, reading: Reading) -> reports.MemberReport:
    """Give a member's report."""
    own = await promises_where(tx, col(Commitment.membership_id) == member.id)
    ids = [row.id for row in own]
    suspensions = await suspensions_of(tx, [member])
    facts = await facts_about(tx, ids, people=reading.is_staff)
    if reading.is_staff:
        placements = await placements_of(tx, member.id, reading.asked)
        seen = reports.Seen(reading.as_of, placements)
    else:
        seen = by_month(reading.as_of, await counted_of(tx, ids, reading.as_of))

    def put_together() -> reports.MemberReport:
        known = commitments(own, facts, {member.id: member.sector})
        about = membership(member, suspensions)
        return reports.member_report(member.network, about, known, seen, reading.asked)

    return await to_thread(put_together)


async def commitment_figures(
    tx: Tx, commitment: Commitment, reading: Reading
) -> reports.CommitmentFigures:
    """Give what came of one promise, as its member's report does."""
    [promise] = await promises_where(tx, col(Commitment.id) == commitment.id)
    facts = await facts_about(tx, [commitment.id], people=reading.is_staff)
    [known] = commitments([promise], facts, {})
    staff = reading.is_staff
    counted = None if staff else await counted_of(tx, [commitment.id], reading.as_of)
    seen = by_month(reading.as_of, counted)
    return reports.line(known, figures(known.facts, reading.asked), seen)


def by_month(as_of: date, counted: Sequence[Counted] | None) -> reports.Seen:
    """Give what all but staff see of people: what was counted when months closed."""
    people = closing.placements(counted or ()), closing.persons(counted or ())
    return reports.Seen(as_of, *people, counted)


async def members_of(tx: Tx, network: str) -> Sequence[Member]:
    found = await tx.exec(select(Member).where(Member.network == network))
    return found.all()


async def suspensions_of(tx: Tx, members: Sequence[Member]) -> Suspensions:
    """Give the suspensions and reinstatements of each, in the order in which they were told."""
    # As one parameter: PostgreSQL takes no more than 32,767.
    ids = literal([one.id for one in members], ARRAY(Uuid()))
    told = select(Suspension).where(col(Suspension.membership_id) == any_(ids))
    suspensions: dict[UUID, list[tuple[date, bool]]] = defaultdict(list)
    for one in await tx.exec(told.order_by(col(Suspension.membership_id), col(Suspension.version))):
        suspensions[one.membership_id].append((one.occurred_on, one.suspended))
    return suspensions


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


def membership(member: Member, suspensions: Suspensions) -> reports.Membership:
    sector, size = member.sector or UNKNOWN, member.size or UNKNOWN
    milestones = member.milestones(suspensions.get(member.id, ()))
    return reports.Membership(member.id, sector, size, milestones)
