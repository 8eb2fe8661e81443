"""Which placements are counted for others than staff, which months are closed, what was kept."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "counted_placements",
        sa.Column("placement_id", sa.Uuid(), primary_key=True),
        sa.Column("for_all", sa.Boolean(), primary_key=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("commitment_id", sa.Uuid()),
        sa.Column("kept_of", AutoString(), nullable=False),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("is_first_completed", sa.Boolean(), nullable=False),
    )
    by_network = ["network", "for_all", "month"]
    op.create_index("counted_placements_by_network", "counted_placements", by_network)
    op.create_index("counted_placements_by_commitment", "counted_placements", ["commitment_id"])
    op.add_column("placements", sa.Column("kept", sa.Boolean()))
    op.create_table(
        "closed_months",
        sa.Column("network", AutoString(), primary_key=True),
        sa.Column("month", sa.Date(), primary_key=True),
    )
