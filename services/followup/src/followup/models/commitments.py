"""Promises, their figures, and the facts from membership that the figures are folded from."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from followup.models.tables import Table
from followup.rules.facts import Promise
from followup.rules.ledger import Figures


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
