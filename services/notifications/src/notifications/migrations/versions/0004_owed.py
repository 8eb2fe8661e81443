"""Notices remember the steps that couldn't be taken when they were due."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("notices", sa.Column("owed", JSONB(), nullable=True))
    owing = sa.text("owed IS NOT NULL")
    op.create_index("notices_owing", "notices", ["id"], postgresql_where=owing)
