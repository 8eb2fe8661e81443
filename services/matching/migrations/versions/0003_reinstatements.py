"""When a member's last suspension was over: what began meanwhile is known."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("members", sa.Column("reinstated_on", sa.Date()))
