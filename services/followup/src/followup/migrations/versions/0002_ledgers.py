"""The event ledger, and the facts about members and commitments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import AutoString

revision = "0002"
down_revision = "0001"

REFUSE = """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''The event ledger is only ever added to.''; END'"""
APPEND_ONLY = """CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse()"""


text = AutoString


def upgrade() -> None:
    events()
    members()
    commitments()
    facts()


def events() -> None:
    op.create_table(
        "events",
        sa.Column("topic", text(), primary_key=True),
        sa.Column("key", text(), primary_key=True),
        sa.Column("version", sa.BigInteger(), primary_key=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", text(), nullable=False),
        sa.Column("network", text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_role", text(), nullable=False),
        sa.Column("correlation_id", text(), nullable=False),
        sa.Column("causation_id", text(), nullable=False),
        sa.Column("headers", JSONB(), nullable=False),
        sa.Column("payload", sa.LargeBinary()),
    )
    op.execute(REFUSE)
    op.execute(APPEND_ONLY)


def members() -> None:
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("network", text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid()),
        sa.Column("sector", text()),
        sa.Column("size", text()),
        sa.Column("applied_on", sa.Date()),
        sa.Column("vetting_started_on", sa.Date()),
        sa.Column("approved_on", sa.Date()),
        sa.Column("rejected_on", sa.Date()),
        sa.Column("in_force_on", sa.Date()),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("lapsed_on", sa.Date()),
    )
    op.create_index("members_by_network", "members", ["network"])


def commitments() -> None:
    op.create_table(
        "commitments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("network", text(), nullable=False),
        sa.Column("membership_id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid()),
        sa.Column("offer", text()),
        sa.Column("kept_by", text()),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_before", sa.Date()),
        sa.Column("lapse_found_on", sa.Date()),
        sa.Column("promised", sa.Integer()),
        sa.Column("remaining", sa.Integer()),
        sa.Column("open", sa.Integer()),
        sa.Column("kept", sa.Integer()),
        sa.Column("lapsed", sa.Integer()),
        sa.Column("released", sa.Integer()),
        sa.Column("extra", sa.Integer()),
        sa.CheckConstraint(
            "promised = remaining + open + kept + lapsed + released", name="units_add_up"
        ),
        sa.CheckConstraint(
            "least(promised, remaining, open, kept, lapsed, released, extra) >= 0",
            name="units_never_negative",
        ),
    )
    op.create_index("commitments_by_network", "commitments", ["network"])
    op.create_index("commitments_by_membership", "commitments", ["membership_id"])
    op.create_index(
        "commitments_to_lapse",
        "commitments",
        ["ends_before"],
        postgresql_where=sa.text("lapse_found_on IS NULL"),
    )


def facts() -> None:
    op.create_table(
        "terms",
        sa.Column("commitment_id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), primary_key=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("act", text(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
    )
    op.create_table(
        "acts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("offer", text(), nullable=False),
    )
    op.create_index("acts_by_commitment", "acts", ["commitment_id"])
