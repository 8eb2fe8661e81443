"""What is counted for others than staff: in kinds of five or more, by the month that closed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select

from followup.models import ClosedMonth
from followup.rules.closing import Counted, Kind
from shared.database import Tx

OF_NETWORK = text("""
    SELECT month, kept_of, outcome, is_first, is_first_completed, count(*)
    FROM counted_placements WHERE network = :network AND for_all AND month <= :by
    GROUP BY 1, 2, 3, 4, 5""")
OF_PROMISES = text("""
    SELECT month, kept_of, outcome, is_first, is_first_completed, count(*)
    FROM counted_placements WHERE commitment_id = ANY(:ids) AND NOT for_all AND month <= :by
    GROUP BY 1, 2, 3, 4, 5""")
UNCLOSED = text("""
    SELECT network FROM members UNION SELECT network FROM commitments
    EXCEPT SELECT network FROM closed_months WHERE month >= :last""")


async def last_closed(tx: Tx, network: str) -> date | None:
    of_network = select(func.max(col(ClosedMonth.month))).where(ClosedMonth.network == network)
    found: date | None = (await tx.exec(of_network)).one()
    return found


async def unclosed(tx: Tx, last: date) -> Sequence[str]:
    """Name the networks of which something was heard and that month isn't closed."""
    return (await (await tx.connection()).scalars(UNCLOSED, {"last": last})).all()


async def counted_in(tx: Tx, network: str, by: date) -> Sequence[Counted]:
    """Give what everybody sees of a network's placements by a day."""
    return await counted(tx, OF_NETWORK, {"network": network, "by": by})


async def counted_of(tx: Tx, promises: Sequence[UUID], by: date) -> Sequence[Counted]:
    """Give what an employer sees of the placements under its promises."""
    return await counted(tx, OF_PROMISES, {"ids": list(promises), "by": by})


async def counted(tx: Tx, asked: Any, of: Mapping[str, Any]) -> Sequence[Counted]:
    found = await (await tx.connection()).execute(asked, of)
    return [Counted(month, Kind(*kind), count) for month, *kind, count in found]
