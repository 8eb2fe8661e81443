"""Epochs: what a restored database tells is known from what it told before, and mails are held."""

import sqlalchemy as sa
from alembic import op

from shared.migrations import run_plumbing_by_parts

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_plumbing_by_parts(4)
    op.create_table(
        "recalled",
        sa.Column("notice_id", sa.Uuid(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.CheckConstraint(  # as the plumbing's 0003 refuses days, in this table alone
            "since BETWEEN '0001-01-01' AND '9999-12-31' OR NOT isfinite(since)",
            name="recalled_days",
        ),
    )
    op.create_table("held_epochs", sa.Column("epoch", sa.String(), primary_key=True))
