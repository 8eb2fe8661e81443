"""Places under a commitment, and the slots that are kept or in use."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from matching.models.tables import Table, document

# As text: with a parameter in its place PostgreSQL wouldn't find the index.
NOT_CLOSED = "places.state <> 'closed'"


class Place(Table, table=True):
    """One workplace's offer with room for some. Its row is the lock for its slots and matches."""

    __tablename__ = "places"
    __table_args__ = (
        CheckConstraint("slots > 0", name="a_place_has_room"),
        CheckConstraint("starts_on < ends_before", name="a_place_has_a_day"),
        Index("places_by_state", "network", "state"),
        Index("places_by_organisation", "organisation_id"),
        Index("places_by_commitment", "commitment_id"),
        Index("places_by_member", "membership_id", postgresql_where=text(NOT_CLOSED)),
        Index("places_ending", "ends_before", postgresql_where=text(NOT_CLOSED)),
    )

    id: UUID = Field(primary_key=True)
    network: str
    commitment_id: UUID
    membership_id: UUID
    organisation_id: UUID
    state: str = ""
    since: date
    deadline: date | None = None
    paused_for: list[str] = Field(default_factory=list, sa_column=document())  # each its own end
    offer: str
    area: str
    slots: int
    must: list[str] = Field(default_factory=list, sa_column=document())
    want: list[str] = Field(default_factory=list, sa_column=document())
    provides: list[str] = Field(default_factory=list, sa_column=document())  # adaptations
    schedule: int  # bits: 7 days of 3 parts
    starts_on: date
    ends_before: date
    refreshed_on: date
    union_asked_on: date | None = None
    union_due_on: date | None = None
    union_stated_on: date | None = None
    union_statement: str | None = None


class Slot(Table, table=True):
    """A slot that is kept for a match, held by it, or used up. A free slot has no row."""

    __tablename__ = "slots"
    __table_args__ = (
        CheckConstraint("state IN ('reserved', 'taken', 'used')", name="a_slot_is_in_use"),
        CheckConstraint("number > 0", name="slots_count_from_one"),
        Index("slots_by_match", "match_id", unique=True),
    )

    place_id: UUID = Field(primary_key=True, foreign_key="places.id")
    number: int = Field(primary_key=True)
    match_id: UUID
    state: str
    until: date | None = None  # of a reservation
