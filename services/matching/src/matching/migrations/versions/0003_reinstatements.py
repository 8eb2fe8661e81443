"""When a member's last suspension began and ended; grounds of withdrawals are no free codes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("members", sa.Column("was_suspended_on", sa.Date()))
    op.add_column("members", sa.Column("reinstated_on", sa.Date()))
    # A ground was any code that a caseworker typed; it is one of the profile's now.
    op.execute(
        "UPDATE matches SET ended_because = 'other' WHERE ended_because NOT IN"
        " ('consent_withdrawn', 'consent_over', 'hidden', 'member_suspended', 'place_withdrawn',"
        " 'place_ended', 'place_not_refreshed', 'mistake', 'place_ends_too_soon')"
    )
