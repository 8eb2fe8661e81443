"""Epochs: what a restored database tells is known from what it told before, and mails are held."""

import sqlalchemy as sa
from alembic import op

from shared.migrations import run_plumbing

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "recalled",
        sa.Column("notice_id", sa.Uuid(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
    )
    op.create_table("held_epochs", sa.Column("epoch", sa.String(), primary_key=True))
    run_plumbing(4)
    run_plumbing(3)
