"""What membership stores."""

from datetime import date
from itertools import zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, Dialect, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from membership.rules.membership import ENDED, Suspension


class Table(SQLModel, registry=registry()):
    """Everything that lies in this service's database, but for the plumbing."""


def document() -> Any:
    """Make a JSON column; its value is replaced, never changed in place."""
    return Column(JSONB, nullable=False)


class Days(TypeDecorator[list[Suspension]]):
    """Suspensions as the days on which they began and ended, by turns."""

    impl = ARRAY(Date)
    cache_ok = True

    def process_bind_param(self, value: list[Suspension] | None, _: Dialect) -> list[date]:
        return [day for one in value or () for day in one if day]

    def process_result_value(self, value: list[date] | None, _: Dialect) -> list[Suspension]:
        days = value or []
        return [Suspension(*pair) for pair in zip_longest(days[::2], days[1::2])]


def suspensions() -> Any:
    """Make their column, which keeps the name by which the release before reads it."""
    return Column("turns", Days, nullable=False, server_default=text("'{}'"))


class Organisation(Table, table=True):
    """A legal person or sole trader; one, however many networks it joins.

    The number of a sole trader is an identity number: it lies here sealed, and is found by an
    index that says nothing without the settings key. It leaves this table in no form.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint("num_nonnulls(number, number_index) = 1", name="one_number"),
        CheckConstraint(
            "num_nonnulls(number_index, sealed_number, person_key) IN (0, 3)",
            name="sealed_as_a_whole",
        ),
    )

    id: UUID = Field(primary_key=True)
    number: str | None = Field(default=None, unique=True)
    number_index: bytes | None = Field(default=None, unique=True)
    sealed_number: bytes | None = None
    person_key: bytes | None = None  # wrapped
    sole_trader: bool
    name: str
    name_key: str = Field(index=True)  # alike for names that people would take for the same
    sector: str
    size: str
    municipal_unit: bool


class Contact(Table, table=True):
    """Somebody who can be told by e-mail what her role asks of her.

    She acts for an organisation, or in a unit of the municipality. Her name and address are sealed
    with a key of her own; `alike` finds the same address in the same role of the same organisation,
    or of the same unit in the same network, and nothing else.
    """

    __tablename__ = "contacts"
    __table_args__ = (CheckConstraint("num_nonnulls(organisation_id, unit) = 1", name="of_one"),)

    id: UUID = Field(primary_key=True)
    network: str = Field(index=True)  # where she was named
    organisation_id: UUID | None = Field(default=None, foreign_key="organisations.id", index=True)
    unit: str | None = None
    role: str
    language: str
    named_by: str
    named_on: date
    # Nothing until she is sealed, which comes before she is stored.
    person_key: bytes = b""  # wrapped
    sealed: bytes = b""
    alike: bytes = Field(default=b"", unique=True)

    @property
    def of(self) -> str:
        return str(self.organisation_id or self.unit)


class Membership(Table, table=True):
    """One organisation's way into one network. Its row is the lock for all that hangs on it."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "one_open_membership",
            "network",
            "organisation_id",
            unique=True,
            postgresql_where=text(f"state NOT IN ({', '.join(map(repr, ENDED))})"),
        ),
        Index("memberships_by_deadline", "state", "deadline"),
    )

    id: UUID = Field(primary_key=True)
    network: str = Field(index=True)
    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    state: str = ""
    since: date
    deadline: date | None = None
    applied_by: str
    values_version: str | None = None
    values_declared_on: date | None = None
    values_declared_by: str | None = None
    ground: str | None = None
    suspensions: list[Suspension] = Field(default_factory=list, sa_column=suspensions())


class Vetting(Table, table=True):
    """The examination of an applicant's working conditions; one for each application."""

    __tablename__ = "vettings"

    id: UUID = Field(primary_key=True)
    membership_id: UUID = Field(foreign_key="memberships.id", index=True, unique=True)
    state: str = ""
    since: date
    prepared_by: list[str] = Field(sa_column=document())
    answers: dict[str, dict[str, str | None]] = Field(default_factory=dict, sa_column=document())
    answered_on: date | None = None  # the latest day; what is decided rests on it
    conditions: list[str] = Field(default_factory=list, sa_column=document())
    ground: str | None = None
    decided_by: str | None = None

    @property
    def given(self) -> dict[str, str]:
        """Give the answers by item, without what proves them."""
        return {item: str(one["answer"]) for item, one in self.answers.items()}


class Agreement(Table, table=True):
    """What a member and the municipality agree on; the terms freeze when they are shared."""

    __tablename__ = "agreements"

    id: UUID = Field(primary_key=True)
    membership_id: UUID = Field(foreign_key="memberships.id", index=True, unique=True)
    state: str = ""
    since: date
    edited_on: date | None = None
    version: int = 1
    terms: dict[str, Any] = Field(sa_column=document())
    text_hash: str | None = None
    prepared_by: list[str] = Field(sa_column=document())


class Signature(Table, table=True):
    """One party's signature on the frozen text."""

    __tablename__ = "signatures"

    agreement_id: UUID = Field(foreign_key="agreements.id", primary_key=True)
    party: str = Field(primary_key=True)
    text_hash: str
    signed_by: str
    signed_on: date


class Commitment(Table, table=True):
    """A promise in force: so many units of one offer, in one period."""

    __tablename__ = "commitments"
    __table_args__ = (
        CheckConstraint("promised >= 0", name="no_fewer_than_nothing"),
        CheckConstraint("starts_on < ends_before", name="a_period_has_a_day"),
    )

    id: UUID = Field(primary_key=True)
    membership_id: UUID = Field(foreign_key="memberships.id", index=True)
    agreement_id: UUID = Field(foreign_key="agreements.id")
    offer: str
    kept_by: str
    promised: int
    starts_on: date
    ends_before: date
    state: str = ""
    since: date


class Adjustment(Table, table=True):
    """One change of a promise, or the release from it, with its ground."""

    __tablename__ = "adjustments"
    __table_args__ = (
        CheckConstraint("least(promised, promised_before) >= 0", name="both_are_units"),
    )

    id: UUID = Field(primary_key=True)
    commitment_id: UUID = Field(foreign_key="commitments.id", index=True)
    promised_before: int
    promised: int
    ground: str
    agreed_by: str
    agreed_on: date


class Activity(Table, table=True):
    """A study visit or lecture that was held under a commitment."""

    __tablename__ = "activities"

    id: UUID = Field(primary_key=True)
    commitment_id: UUID = Field(foreign_key="commitments.id", index=True)
    held_on: date
    recorded_by: str


class ProgressFigures(SQLModel):
    """What followup says came of a commitment, in units; null is unknown, never 0."""

    promised: int | None = None
    remaining: int | None = None
    open: int | None = None
    kept: int | None = None
    lapsed: int | None = None
    released: int | None = None
    extra: int | None = None
    lapsed_on: date | None = None


class Progress(ProgressFigures, Table, table=True):
    """Our copy of those figures, by id alone: it may come before the commitment it is about."""

    __tablename__ = "progress"

    commitment_id: UUID = Field(primary_key=True)
