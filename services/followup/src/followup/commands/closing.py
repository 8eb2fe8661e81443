"""Close months: count a network's placements that have ended, for everybody and each employer."""

from asyncio import to_thread
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import insert

from followup.models import ClosedMonth, CountedPlacement
from followup.queries.counts import last_closed, unclosed
from followup.queries.facts import Rows, facts_about, promises_of, sorted_out
from followup.rules.closing import Kind, Waiting, closing
from followup.rules.facts import Promise
from followup.rules.ledger import keepers
from followup.rules.masking import last_month
from shared.database import Tx
from shared.savepoints import by_itself

# Her first is the one that was counted as such, else the one that ended first.
ENDED = text("""
    WITH ended AS (
        SELECT p.id, p.network, p.offer, p.ended_on, p.commitment_id, organisation_id,
               membership_id, candidate_ref, started_on IS NOT NULL AS began,
               CASE WHEN started_on IS NULL THEN 'no_show' ELSE p.outcome END AS outcome,
               everybody.month IS NOT NULL AS for_all, own.month IS NOT NULL AS for_own,
               coalesce(everybody.is_first, false) AS was_first,
               coalesce(everybody.is_first_completed, false) AS was_first_completed
        FROM placements AS p LEFT JOIN commitments ON commitments.id = p.commitment_id
        LEFT JOIN accepted_matches ON accepted_matches.placement_id = p.id
        LEFT JOIN counted_placements AS everybody
            ON everybody.placement_id = p.id AND everybody.for_all
        LEFT JOIN counted_placements AS own ON own.placement_id = p.id AND NOT own.for_all
        WHERE p.network = :network AND p.ended_on <= :last AND p.outcome IS NOT NULL),
    in_turn AS (
        SELECT *, candidate_ref IS NOT NULL AND began AS is_hers,
               row_number() OVER (PARTITION BY candidate_ref, began
                                  ORDER BY was_first DESC, ended_on, id) AS turn,
               row_number() OVER (PARTITION BY candidate_ref, outcome
                                  ORDER BY was_first_completed DESC, ended_on, id) AS among_like
        FROM ended)
    SELECT id, network, offer, ended_on, commitment_id, organisation_id, membership_id, outcome,
           for_all, for_own, is_hers AND turn = 1 AS is_first,
           is_hers AND outcome = 'completed' AND among_like = 1 AS is_first_completed
    FROM in_turn WHERE NOT (for_all AND for_own) ORDER BY ended_on, id""")


async def close(tx: Tx, today: date) -> int:
    """Close the months that are over, each network's by itself; tell how many were counted."""
    last, counts = last_month(today), Counter[str]()
    for network in await unclosed(tx, last):
        act = partial(close_one, tx, network, last, counts)
        await by_itself(tx, "networks", network, network, act)
    return counts.total()


async def close_one(tx: Tx, network: str, last: date, counts: Counter[str]) -> None:
    """Close a network's months since the last that was closed."""
    closed, about = await last_closed(tx, network), {"network": network, "last": last}
    ended = (await (await tx.connection()).execute(ENDED, about)).all()
    of = sorted({one.commitment_id for one in ended if one.commitment_id})
    promises, facts = await promises_of(tx, of), await facts_about(tx, of)
    first = closed + timedelta(days=1) if closed else date.min
    rows = await to_thread(counted, ended, promises, facts, first, last)
    if rows:
        await tx.exec(insert(CountedPlacement), params=rows)
    await tx.exec(insert(ClosedMonth).values(network=network, month=last))
    counts[network] = len(rows)


def counted(
    ended: Sequence[Row[Any]], promises: Rows, facts: Rows, first: date, last: date
) -> list[dict[str, Any]]:
    """Give the rows of those whose turn it is, in each table that they aren't counted in yet."""
    kept, rows = all_keepers(promises, facts), {one.id: one for one in ended}
    tables: dict[tuple[bool, UUID | None], list[Waiting]] = defaultdict(list)
    for one in ended:
        offer, promise = (one.offer, str(one.commitment_id)) if one.id in kept else ("", "")
        if not one.for_all and one.organisation_id:  # else nobody knows whose own it is
            firsts = one.is_first, one.is_first_completed
            tables[True, None].append(waiting(one, Kind(offer, one.outcome, *firsts)))
        if not one.for_own and one.membership_id:
            tables[False, one.membership_id].append(waiting(one, Kind(promise, one.outcome)))
    return [
        row(rows[one.placement], one.kind) | {"month": month, "for_all": for_all}
        for (for_all, _), table in tables.items()
        for month, one in closing(table, last, for_all=for_all, first=first)
    ]


def all_keepers(promises: Rows, facts: Rows) -> set[UUID | None]:
    known = sorted_out(facts)
    found = set[UUID | None]()
    for of, _, lapse_found_on, *named in promises:
        found |= keepers(known[of].facts(Promise(*named), lapse_found_on))
    return found


def waiting(ended: Row[Any], kind: Kind) -> Waiting:
    return Waiting(ended.id, ended.ended_on, kind, ended.organisation_id, ended.commitment_id)


def row(ended: Row[Any], kind: Kind) -> dict[str, Any]:
    return {
        "placement_id": ended.id,
        "network": ended.network,
        "commitment_id": ended.commitment_id,
        "kept_of": kind.of,
        "outcome": kind.outcome,
        "is_first": kind.is_first,
        "is_first_completed": kind.is_first_completed,
    }
