"""Agreements and their signatures, commitments, and what came of them."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import AutoString

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    agreements()
    commitments()
    came_of_them()


def agreements() -> None:
    membership = sa.ForeignKey("memberships.id")
    op.create_table(
        "agreements",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("membership_id", sa.Uuid(), membership, nullable=False, index=True, unique=True),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("edited_on", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("terms", JSONB(), nullable=False),
        sa.Column("text_hash", AutoString()),
        sa.Column("prepared_by", JSONB(), nullable=False),
    )
    op.create_table(
        "signatures",
        sa.Column("agreement_id", sa.Uuid(), sa.ForeignKey("agreements.id"), primary_key=True),
        sa.Column("party", AutoString(), primary_key=True),
        sa.Column("text_hash", AutoString(), nullable=False),
        sa.Column("signed_by", AutoString(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
    )


def commitments() -> None:
    membership = sa.ForeignKey("memberships.id")
    op.create_table(
        "commitments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("membership_id", sa.Uuid(), membership, nullable=False, index=True),
        sa.Column("agreement_id", sa.Uuid(), sa.ForeignKey("agreements.id"), nullable=False),
        sa.Column("offer", AutoString(), nullable=False),
        sa.Column("kept_by", AutoString(), nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.CheckConstraint("promised >= 0", name="no_fewer_than_nothing"),
        sa.CheckConstraint("starts_on < ends_before", name="a_period_has_a_day"),
    )


def came_of_them() -> None:
    op.create_table(
        "adjustments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        commitment_id(),
        sa.Column("promised_before", sa.Integer(), nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.Column("ground", AutoString(), nullable=False),
        sa.Column("agreed_by", AutoString(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.CheckConstraint("least(promised, promised_before) >= 0", name="both_are_units"),
    )
    op.create_table(
        "activities",
        sa.Column("id", sa.Uuid(), primary_key=True),
        commitment_id(),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", AutoString(), nullable=False),
    )
    figures = ["promised", "remaining", "open", "kept", "lapsed", "released", "extra"]
    op.create_table(
        "progress",
        sa.Column("commitment_id", sa.Uuid(), primary_key=True),
        *(sa.Column(name, sa.Integer()) for name in figures),
        sa.Column("lapsed_on", sa.Date()),
    )


def commitment_id() -> sa.Column[UUID]:
    commitment = sa.ForeignKey("commitments.id")
    return sa.Column("commitment_id", sa.Uuid(), commitment, nullable=False, index=True)
