"""Who is counted for others than staff, since when, and as what: never changed afterwards."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from followup.models.tables import Table


class CountedPlacement(Table, table=True):
    """A placement that is counted from a month on, for everybody or for its employer.

    What it was counted as stays, whatever is told of it later: a closed month never changes.
    """

    __tablename__ = "counted_placements"
    __table_args__ = (
        Index("counted_placements_by_network", "network", "for_all", "month"),
        Index("counted_placements_by_commitment", "commitment_id"),
    )

    placement_id: UUID = Field(primary_key=True)
    for_all: bool = Field(primary_key=True)
    month: date
    network: str
    commitment_id: UUID | None = None
    kept_of: str
    outcome: str
    is_first: bool
    is_first_completed: bool


class ClosedMonth(Table, table=True):
    """The last day of a network's month that is closed: what is heard later counts in the next."""

    __tablename__ = "closed_months"

    network: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
