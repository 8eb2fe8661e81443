"""What followup stores: every event as it came, and the facts that it reads out of them."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from followup.rules import Act, Facts, Figures, Milestones, Promise, Term


class Table(SQLModel, registry=registry()):
    """A table of this service; all services can live in one process."""


class HeardEvent(Table, table=True):
    """One event as it came: the long memory. The database refuses to change or delete it."""

    __tablename__ = "events"

    topic: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger)
    id: UUID
    type: str
    network: str
    occurred_on: date
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    actor_role: str
    correlation_id: str
    causation_id: str
    headers: dict[str, str] = Field(sa_type=JSONB)
    payload: bytes | None


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

    @property
    def milestones(self) -> Milestones:
        return Milestones(
            applied=self.applied_on,
            in_vetting=self.vetting_started_on,
            approved=self.approved_on,
            rejected=self.rejected_on,
            member=self.in_force_on,
            withdrawn=self.withdrawn_on,
            lapsed=self.lapsed_on,
        )


class Commitment(Table, table=True):
    """A promise, its figures as last told, and the row to lock before any of its facts is added.

    Something may be heard of it before the promise itself: then all but id and network is empty.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        CheckConstraint(
            "promised = remaining + open + kept + lapsed + released", name="units_add_up"
        ),
        CheckConstraint(
            "least(promised, remaining, open, kept, lapsed, released, extra) >= 0",
            name="units_never_negative",
        ),
        Index("commitments_by_network", "network"),
        Index("commitments_by_membership", "membership_id"),
        Index(
            "commitments_to_lapse", "ends_before", postgresql_where=text("lapse_found_on IS NULL")
        ),
    )

    id: UUID = Field(primary_key=True)
    network: str
    membership_id: UUID | None = None
    organisation_id: UUID | None = None
    offer: str | None = None
    kept_by: str | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    lapse_found_on: date | None = None
    promised: int | None = None
    remaining: int | None = None
    open: int | None = None
    kept: int | None = None
    lapsed: int | None = None
    released: int | None = None
    extra: int | None = None

    @property
    def told(self) -> Figures | None:
        """The figures that were told last; None before the ledger has begun."""
        if self.promised is None:
            return None
        return Figures(**self.model_dump(include=set(Figures.__slots__)))

    @property
    def promise(self) -> Promise | None:
        """What was promised; None while only something else has spoken of it."""
        if self.offer is None or self.kept_by is None:
            return None
        if self.starts_on is None or self.ends_before is None:
            return None
        return Promise(self.offer, self.kept_by, self.starts_on, self.ends_before)

    def facts(self, terms: Collection[Term], acts: Collection[Act]) -> Facts:
        return Facts(self.promise, terms, acts, self.lapse_found_on)


class CommitmentTerm(Table, table=True):
    """One step in the life of a promise, by its number in the stream: what is promised then."""

    __tablename__ = "terms"

    commitment_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger)
    occurred_on: date
    act: str
    target: int


class HeldAct(Table, table=True):
    """A visit or lecture that took place under a commitment, perhaps one not yet heard of."""

    __tablename__ = "acts"
    __table_args__ = (Index("acts_by_commitment", "commitment_id"),)

    id: UUID = Field(primary_key=True)
    commitment_id: UUID
    held_on: date
    offer: str
