"""Organisations, memberships and their vettings."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

text = sqlmodel.sql.sqltypes.AutoString
ENDED = "state NOT IN ('rejected', 'withdrawn', 'lapsed')"


def upgrade() -> None:
    organisations()
    memberships()
    vettings()


def organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("number", text(), nullable=False, unique=True),
        sa.Column("sole_trader", sa.Boolean(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("name_key", text(), nullable=False, index=True),
        sa.Column("sector", text(), nullable=False),
        sa.Column("size", text(), nullable=False),
        sa.Column("municipal_unit", sa.Boolean(), nullable=False),
    )


def memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("network", text(), nullable=False, index=True),
        sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisations.id"), nullable=False),
        sa.Column("state", text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date()),
        sa.Column("applied_by", text(), nullable=False),
        sa.Column("values_version", text()),
        sa.Column("values_declared_on", sa.Date()),
        sa.Column("values_declared_by", text()),
        sa.Column("ground", text()),
    )
    op.create_index(
        "one_open_membership",
        "memberships",
        ["network", "organisation_id"],
        unique=True,
        postgresql_where=sa.text(ENDED),
    )
    op.create_index("memberships_by_deadline", "memberships", ["state", "deadline"])


def vettings() -> None:
    membership = sa.ForeignKey("memberships.id")
    op.create_table(
        "vettings",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("membership_id", sa.Uuid(), membership, nullable=False, index=True),
        sa.Column("state", text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("prepared_by", JSONB(), nullable=False),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("conditions", JSONB(), nullable=False),
        sa.Column("ground", text()),
        sa.Column("decided_by", text()),
    )
