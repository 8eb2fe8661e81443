"""Places and placements: the facts from matching. Each row has one stream as its source."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from followup.models.tables import Table


class OpenedPlace(Table, table=True):
    """A place under a commitment, perhaps one not yet heard of."""

    __tablename__ = "places"
    __table_args__ = (Index("places_by_commitment", "commitment_id"),)

    id: UUID = Field(primary_key=True)
    commitment_id: UUID
    offer: str | None = None
    slots: int = 0
    opened_on: date | None = None
    closed_on: date | None = None


class HeardPlacement(Table, table=True):
    """One person's time at one workplace, without the person: days and what came of it."""

    __tablename__ = "placements"
    __table_args__ = (
        Index("placements_by_commitment", "commitment_id"),
        Index("placements_by_network", "network"),
    )

    id: UUID = Field(primary_key=True)
    network: str
    commitment_id: UUID | None = None
    place_id: UUID | None = None
    offer: str | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    planned_on: date | None = None
    ready_on: date | None = None
    started_on: date | None = None
    ended_on: date | None = None
    outcome: str | None = None
    last_day: date | None = None
    kept: bool | None = None  # of one that was carried out in part


class AcceptedMatch(Table, table=True):
    """Whose placement it is, by reference alone: people are counted once. The only such table."""

    __tablename__ = "accepted_matches"

    placement_id: UUID = Field(primary_key=True)
    candidate_ref: UUID
