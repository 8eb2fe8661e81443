"""Organisations, memberships and their vettings."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import AutoString

revision = "0002"
down_revision = "0001"

ENDED = "state NOT IN ('rejected', 'withdrawn', 'lapsed')"


def upgrade() -> None:
    organisations()
    memberships()
    vettings()


def organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("number", AutoString(), nullable=False, unique=True),
        sa.Column("sole_trader", sa.Boolean(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("name_key", AutoString(), nullable=False, index=True),
        sa.Column("sector", AutoString(), nullable=False),
        sa.Column("size", AutoString(), nullable=False),
        sa.Column("municipal_unit", sa.Boolean(), nullable=False),
    )


def memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("network", AutoString(), nullable=False, index=True),
        organisation_id(),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date()),
        sa.Column("applied_by", AutoString(), nullable=False),
        sa.Column("values_version", AutoString()),
        sa.Column("values_declared_on", sa.Date()),
        sa.Column("values_declared_by", AutoString()),
        sa.Column("ground", AutoString()),
    )
    op.create_index(
        "one_open_membership",
        "memberships",
        ["network", "organisation_id"],
        unique=True,
        postgresql_where=sa.text(ENDED),
    )
    op.create_index("memberships_by_deadline", "memberships", ["state", "deadline"])


def organisation_id() -> sa.Column[UUID]:
    organisation = sa.ForeignKey("organisations.id")
    return sa.Column("organisation_id", sa.Uuid(), organisation, nullable=False, index=True)


def vettings() -> None:
    membership = sa.ForeignKey("memberships.id")
    op.create_table(
        "vettings",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("membership_id", sa.Uuid(), membership, nullable=False, index=True, unique=True),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("prepared_by", JSONB(), nullable=False),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("answered_on", sa.Date()),
        sa.Column("conditions", JSONB(), nullable=False),
        sa.Column("ground", AutoString()),
        sa.Column("decided_by", AutoString()),
    )
