"""What is known about commitments: in one question, however many they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Uuid, any_, literal, text
from sqlmodel import col, select

from followup.models import Commitment
from followup.rules.facts import Activity, Facts, Place, Placement, Promise, Revision
from shared.database import Tx

Rows = Sequence[Row[*tuple[Any, ...]]]
OF_MEMBERSHIP = """
    WITH asked AS (SELECT unnest(CAST(:ids AS uuid[])) AS commitment_id)
    SELECT commitment_id, 'term', version, CAST(NULL AS uuid), CAST(NULL AS uuid), act, target,
           occurred_on, CAST(NULL AS date), CAST(NULL AS date), CAST(NULL AS text),
           CAST(NULL AS date), CAST(NULL AS date), CAST(NULL AS date), CAST(NULL AS boolean)
    FROM terms JOIN asked USING (commitment_id)
    UNION ALL
    SELECT commitment_id, 'act', NULL, id, NULL, offer, NULL, held_on,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM acts JOIN asked USING (commitment_id)"""
OF_MATCHING = """
    UNION ALL
    SELECT commitment_id, 'placement', NULL, id, place_id, offer, NULL, planned_on,
           started_on, ended_on, outcome, starts_on, ends_before, last_day, kept
    FROM placements JOIN asked USING (commitment_id)
    UNION ALL
    SELECT commitment_id, 'place', NULL, id, NULL, offer, slots, opened_on,
           closed_on, NULL, NULL, NULL, NULL, NULL, NULL
    FROM places JOIN asked USING (commitment_id)"""
PROMISED, FACTS = text(OF_MEMBERSHIP), text(OF_MEMBERSHIP + OF_MATCHING)


@dataclass(slots=True)
class Known:
    """The facts about one commitment, sorted out."""

    revisions: list[Revision] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)

    def take(self, what: str, version: int, of: UUID, place: UUID, *rest: Any) -> None:
        code, number, on, then, *more = rest
        if what == "term":
            self.revisions.append(Revision(version, on, code, number))
        elif what == "act":
            self.activities.append(Activity(of, on, code))
        elif what == "place":
            self.places.append(Place(of, code, number, on, then))
        else:
            self.placements.append(Placement(of, place, code, on, then, *more))

    def facts(self, promise: Promise | None, lapse_found_on: Any) -> Facts:
        return Facts(
            promise, self.revisions, self.activities, lapse_found_on, self.places, self.placements
        )


async def promises_where(tx: Tx, so: ColumnElement[bool]) -> Rows:
    """Give the promises, by period; not those that only something else has spoken of."""
    named = (Commitment.offer, Commitment.kept_by, Commitment.starts_on, Commitment.ends_before)
    columns = (Commitment.id, Commitment.membership_id, Commitment.lapse_found_on, *named)
    promised = select(*map(col, columns)).where(so, col(Commitment.promised).is_not(None))
    by_period = (col(Commitment.starts_on), col(Commitment.offer), col(Commitment.id))
    return (await (await tx.connection()).execute(promised.order_by(*by_period))).all()


async def promises_of(tx: Tx, ids: Sequence[UUID]) -> Rows:
    """Give the promises with these ids, however many they are."""
    return await promises_where(tx, col(Commitment.id) == any_(literal(ids, ARRAY(Uuid()))))


async def facts_about(tx: Tx, ids: Sequence[UUID], *, people: bool = True) -> Rows:
    """Give all facts about the commitments, in one question however many they are.

    Without `people`, only what was promised and which activities were held.
    """
    asked = FACTS if people else PROMISED
    return (await (await tx.connection()).execute(asked, {"ids": ids})).all()


async def facts_of(tx: Tx, several: Sequence[Commitment]) -> Mapping[UUID, Facts]:
    """Give all that is known about each of the commitments."""
    known = sorted_out(await facts_about(tx, [one.id for one in several]))
    return {one.id: known[one.id].facts(one.promise, one.lapse_found_on) for one in several}


def sorted_out(facts: Rows) -> Mapping[UUID, Known]:
    known: dict[UUID, Known] = defaultdict(Known)
    for of, *fact in facts:
        known[of].take(*fact)
    return known
