"""Recipients: for which of our keys their address was sealed when it was last told."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE recipients ADD COLUMN told_for varchar")
