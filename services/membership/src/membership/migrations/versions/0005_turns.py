"""The days of a membership's suspensions and reinstatements, by turns."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # The default is for services of the release before, which run until they are replaced.
    none = sa.text("'{}'")
    turns: sa.Column[list[date]] = sa.Column(
        "turns", ARRAY(sa.Date()), nullable=False, server_default=none
    )
    op.add_column("memberships", turns)
    # Whoever is suspended now is so since the last step; earlier turns were not kept.
    op.execute("UPDATE memberships SET turns = ARRAY[since] WHERE state = 'suspended'")
