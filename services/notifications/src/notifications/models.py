"""What notifications stores. No name, no address but sealed; a mail's text not at all."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from notifications.rules.subjects import Heard


class Table(SQLModel, registry=registry()):
    """Everything that lies in this service's database, but for the plumbing."""


def moment(*, nullable: bool = False) -> Any:
    """Make a column for recorded time."""
    return Column(DateTime(timezone=True), nullable=nullable)


class Recipient(Table, table=True):
    """Somebody who can be told something, in one role. Who she is lies sealed.

    Without a key her address couldn't be opened: then she is known and can't be told.
    """

    __tablename__ = "recipients"
    __table_args__ = (
        Index("recipients_by_role", "network", "role", "of"),
        CheckConstraint("(sealed IS NULL) = (wrapped_key IS NULL)", name="sealed_with_a_key"),
    )

    id: UUID = Field(primary_key=True)
    network: str
    role: str
    of: str
    language: str
    wrapped_key: bytes | None = None
    sealed: bytes | None = None
    told_for: str | None = None  # which of our keys opened what was told last: its thumbprint


class Subject(Table, table=True):
    """What we have heard of one aggregate. Its row is the lock for its notices.

    `heard` says in which streams something happened, with its number and time there, and a
    consent's last day; so it doesn't matter in which order the streams come.
    """

    __tablename__ = "subjects"
    __table_args__ = (
        Index(
            "subjects_by_candidate",
            "candidate_ref",
            postgresql_where=text("candidate_ref IS NOT NULL"),
        ),
    )

    kind: str = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    network: str = ""
    organisation_id: UUID | None = None
    unit: str | None = None
    candidate_ref: UUID | None = None
    heard: Heard = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))


class Notice(Table, table=True):
    """One thing that one recipient is told, or one that waits until it is known whom to tell."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("kind IN ('task', 'message')", name="a_task_or_a_message"),
        Index("notices_by_subject", "subject_kind", "subject_id"),
        Index("notices_by_network", "network", "state", "id"),
        Index("notices_by_delivery", "delivery_id"),
        Index(
            "notices_to_release",
            "held_until",
            postgresql_where=text("state = 'waiting' AND delivery_id IS NULL"),
        ),
        Index("notices_by_deadline", "act_by", postgresql_where=text("act_by IS NOT NULL")),
        Index("notices_owing", "id", postgresql_where=text("owed IS NOT NULL")),
        Index("notices_waiting", "opened_on", postgresql_where=text("state = 'waiting'")),
        Index(
            "notices_to_settle",
            "state",
            postgresql_where=text("state IN ('failed', 'uncertain') AND settled_on IS NULL"),
        ),
        Index(
            "notices_ended",
            "since",
            postgresql_where=text("state IN ('acted', 'expired', 'cancelled', 'sent')"),
        ),
    )

    id: UUID = Field(primary_key=True)
    rule: str
    template: str
    kind: str
    role: str
    subject_kind: str
    subject_id: UUID
    stream: str  # the event that asked for it: its stream, its number and its time there
    version: int
    told_at: datetime = Field(sa_column=moment())
    network: str = ""
    unit: str | None = None
    recipient_id: UUID | None = None
    delivery_id: UUID | None = Field(default=None, foreign_key="deliveries.id")
    instead: bool = False  # somebody of the staff tells her in another way
    act_by: date | None = None
    opened_on: date
    state: str = "waiting"
    since: date
    reason: str | None = None  # a code: why it waits, or how it ended
    settled_on: date | None = None
    requested_at: datetime = Field(sa_column=moment())
    held_until: datetime = Field(sa_column=moment())
    correlation_id: str = ""
    # Steps that failed when they were due, and are tried again: by, on, ground.
    owed: list[dict[str, str]] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True))
    )


class Recalled(Table, table=True):
    """What was told of a notice after the dump that this database was restored from."""

    __tablename__ = "recalled"

    notice_id: UUID = Field(primary_key=True)
    state: str
    since: date


class HeldEpoch(Table, table=True):
    """A restore after which all that waited was held."""

    __tablename__ = "held_epochs"

    epoch: str = Field(primary_key=True)


class Delivery(Table, table=True):
    """One mail and what became of it; its id makes the Message-ID, the same in every try."""

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'claimed', 'handed_over', 'accepted', 'failed', 'uncertain', "
            "'cancelled')",
            name="a_mail_is_somewhere",
        ),
        CheckConstraint(
            "(claim IS NOT NULL) = (state IN ('claimed', 'handed_over'))",
            name="claimed_by_somebody",
        ),
        Index(
            "deliveries_to_send", "next_try_at", "id", postgresql_where=text("state = 'waiting'")
        ),
        Index(
            "deliveries_claimed",
            "claimed_at",
            postgresql_where=text("state IN ('claimed', 'handed_over')"),
        ),
        Index("deliveries_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    recipient_id: UUID
    state: str = "waiting"
    tries: int = 0
    first_try_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    next_try_at: datetime = Field(sa_column=moment())
    claim: UUID | None = None
    claimed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    why: str | None = None  # a step and a code, such as `rcpt 550`
