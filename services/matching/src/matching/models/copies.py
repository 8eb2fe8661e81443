"""Our copies of what membership tells, by id. What we haven't heard is null: unknown."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from matching.models.tables import Table


class Member(Table, table=True):
    """Whether an organisation may offer places in a network.

    Several streams write here, in any order: each its own columns.
    """

    __tablename__ = "members"

    membership_id: UUID = Field(primary_key=True)
    network: str
    organisation_id: UUID | None = Field(None, index=True)
    in_force_on: date | None = None  # the agreement stream
    suspended_on: date | None = None  # the membership stream; null again when reinstated
    was_suspended_on: date | None = None  # then this says when the last suspension began
    reinstated_on: date | None = None  # and this when it was over
    ended_on: date | None = None


class Promise(Table, table=True):
    """What places may be opened under: a commitment, as its own stream tells it."""

    __tablename__ = "promises"

    commitment_id: UUID = Field(primary_key=True)
    network: str
    membership_id: UUID = Field(index=True)
    organisation_id: UUID
    offer: str
    kept_by: str
    promised: int
    starts_on: date
    ends_before: date
    released_on: date | None = None
