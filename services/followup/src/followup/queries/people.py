"""Placements and people counted where they lie: no reference to a person leaves the database."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select

from followup.models import HeardNotice
from followup.rules import masking
from shared.database import Tx

# Whatever ended it, what never began is counted as that: masking counts on it.
STATE = """CASE WHEN ended_on <= :day AND started_on IS NULL THEN 'no_show'
           WHEN ended_on <= :day THEN outcome WHEN started_on <= :day THEN 'running'
           WHEN ready_on <= :day THEN 'ready' WHEN planned_on <= :day THEN 'planned' END"""
IN_NETWORK = text(f"SELECT {STATE}, count(*) FROM placements WHERE network = :of GROUP BY 1")  # noqa: S608 - a constant
OF_MEMBER = text(f"""
    SELECT {STATE}, count(*) FROM placements JOIN commitments ON commitments.id = commitment_id
    WHERE membership_id = :of GROUP BY 1""")  # noqa: S608 - a constant
PERSONS = text("""
    SELECT count(DISTINCT candidate_ref) FILTER (WHERE started_on <= :day),
           count(DISTINCT candidate_ref) FILTER (WHERE outcome = 'completed' AND ended_on <= :day)
    FROM placements JOIN accepted_matches ON placement_id = id WHERE network = :of""")


async def placements_in(tx: Tx, network: str, asked: date | None) -> masking.Placements:
    """Count a network's placements by what had become of them by a day, or as told until now."""
    found = await (await tx.connection()).execute(IN_NETWORK, by(network, asked))
    return masking.placements({state: count for state, count in found if state})


async def placements_of(tx: Tx, membership_id: UUID, asked: date | None) -> masking.Placements:
    """Count the placements under a member's promises."""
    found = await (await tx.connection()).execute(OF_MEMBER, by(membership_id, asked))
    return masking.placements({state: count for state, count in found if state})


async def persons_in(
    tx: Tx, network: str, asked: date | None, among: masking.Placements
) -> masking.Persons:
    """Count people, each once however many placements were theirs; where not known, not at all."""
    found = await (await tx.connection()).execute(PERSONS, by(network, asked))
    started, completed = found.one()
    return masking.persons(started, completed, among)


def by(of: UUID | str, asked: date | None) -> Mapping[str, object]:
    return {"of": of, "day": asked or date.max}


async def notices_in(tx: Tx, network: str) -> Mapping[str, int]:
    """Count a network's notices by where they stand."""
    by_state = select(HeardNotice.state, func.count()).where(HeardNotice.network == network)
    found = await tx.exec(by_state.group_by(col(HeardNotice.state)))
    return dict(sorted(found.all()))
