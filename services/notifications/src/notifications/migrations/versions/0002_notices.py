"""Recipients, what was heard of others' aggregates, notices and the mails that they went out in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import AutoString

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    recipients()
    subjects()
    deliveries()
    notices()


def recipients() -> None:
    op.create_table(
        "recipients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("of", AutoString(), nullable=False),
        sa.Column("language", AutoString(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary()),
        sa.Column("sealed", sa.LargeBinary()),
        sa.CheckConstraint("(sealed IS NULL) = (wrapped_key IS NULL)", name="sealed_with_a_key"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("recipients_by_role", "recipients", ["network", "role", "of"])


def subjects() -> None:
    op.create_table(
        "subjects",
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("organisation_id", sa.Uuid()),
        sa.Column("unit", AutoString()),
        sa.Column("candidate_ref", sa.Uuid()),
        sa.Column("heard", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.create_index(
        "subjects_by_candidate",
        "subjects",
        ["candidate_ref"],
        postgresql_where=sa.text("candidate_ref IS NOT NULL"),
    )


def deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_try_at", sa.DateTime(timezone=True)),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim", sa.Uuid()),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("why", AutoString()),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'handed_over', 'accepted', 'failed', 'uncertain', "
            "'cancelled')",
            name="a_mail_is_somewhere",
        ),
        sa.CheckConstraint(
            "(claim IS NOT NULL) = (state IN ('claimed', 'handed_over'))",
            name="claimed_by_somebody",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "deliveries_to_send",
        "deliveries",
        ["next_try_at", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "deliveries_claimed",
        "deliveries",
        ["claimed_at"],
        postgresql_where=sa.text("state IN ('claimed', 'handed_over')"),
    )
    op.create_index(
        "deliveries_ended",
        "deliveries",
        ["ended_at"],
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )


def notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", AutoString(), nullable=False),
        sa.Column("template", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("subject_kind", AutoString(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("stream", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("unit", AutoString()),
        sa.Column("recipient_id", sa.Uuid()),
        sa.Column("delivery_id", sa.Uuid()),
        sa.Column("instead", sa.Boolean(), nullable=False),
        sa.Column("act_by", sa.Date()),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", AutoString()),
        sa.Column("settled_on", sa.Date()),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correlation_id", AutoString(), nullable=False),
        sa.CheckConstraint("kind IN ('task', 'message')", name="a_task_or_a_message"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("notices_by_subject", "notices", ["subject_kind", "subject_id"])
    op.create_index("notices_by_network", "notices", ["network", "state", "id"])
    op.create_index("notices_by_delivery", "notices", ["delivery_id"])
    op.create_index(
        "notices_to_release",
        "notices",
        ["held_until"],
        postgresql_where=sa.text("state = 'waiting' AND delivery_id IS NULL"),
    )
    op.create_index(
        "notices_by_deadline",
        "notices",
        ["act_by"],
        postgresql_where=sa.text("act_by IS NOT NULL"),
    )
    notices_by_state()


def notices_by_state() -> None:
    partly = {
        "notices_waiting": ("opened_on", "state = 'waiting'"),
        "notices_to_settle": ("state", "state IN ('failed', 'uncertain') AND settled_on IS NULL"),
        "notices_ended": ("since", "state IN ('acted', 'expired', 'cancelled', 'sent')"),
    }
    for name, (column, where) in partly.items():
        op.create_index(name, "notices", [column], postgresql_where=sa.text(where))
