"""Memberships: what they are, and the days of their lives."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from followup.models.tables import Table
from followup.rules.member import Milestones


class Member(Table, table=True):
    """A membership: what it is and the days of its life. Each column has one stream as source."""

    __tablename__ = "members"
    __table_args__ = (Index("members_by_network", "network"),)

    id: UUID = Field(primary_key=True)
    network: str
    organisation_id: UUID | None = None
    sector: str | None = None
    size: str | None = None
    applied_on: date | None = None
    vetting_started_on: date | None = None
    approved_on: date | None = None
    rejected_on: date | None = None
    in_force_on: date | None = None
    withdrawn_on: date | None = None
    lapsed_on: date | None = None

    def milestones(self, suspensions: Sequence[tuple[date, bool]]) -> Milestones:
        """Give the days of its life, those of its suspensions among them."""
        return Milestones(
            applied=self.applied_on,
            in_vetting=self.vetting_started_on,
            approved=self.approved_on,
            rejected=self.rejected_on,
            member=self.in_force_on,
            withdrawn=self.withdrawn_on,
            lapsed=self.lapsed_on,
            suspensions=suspensions,
        )


class Suspension(Table, table=True):
    """A suspension or a reinstatement, by its number in the membership's stream."""

    __tablename__ = "turns"

    membership_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger)
    occurred_on: date
    suspended: bool
