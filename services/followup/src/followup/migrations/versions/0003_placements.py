"""The facts from matching and notifications, and the turns of a membership."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0003"
down_revision = "0002"

text = AutoString


def upgrade() -> None:
    turns()
    places()
    placements()
    notices()


def turns() -> None:
    op.create_table(
        "turns",
        sa.Column("membership_id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), primary_key=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
    )


def places() -> None:
    op.create_table(
        "places",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("offer", text()),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date()),
        sa.Column("closed_on", sa.Date()),
    )
    op.create_index("places_by_commitment", "places", ["commitment_id"])


def placements() -> None:
    op.create_table(
        "placements",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("network", text(), nullable=False),
        sa.Column("commitment_id", sa.Uuid()),
        sa.Column("place_id", sa.Uuid()),
        sa.Column("offer", text()),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_before", sa.Date()),
        sa.Column("planned_on", sa.Date()),
        sa.Column("ready_on", sa.Date()),
        sa.Column("started_on", sa.Date()),
        sa.Column("ended_on", sa.Date()),
        sa.Column("outcome", text()),
        sa.Column("last_day", sa.Date()),
    )
    op.create_index("placements_by_commitment", "placements", ["commitment_id"])
    op.create_index("placements_by_network", "placements", ["network"])
    op.create_table(
        "accepted_matches",
        sa.Column("placement_id", sa.Uuid(), primary_key=True),
        sa.Column("candidate_ref", sa.Uuid(), nullable=False),
    )


def notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("network", text(), nullable=False),
        sa.Column("state", text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
    )
    op.create_index("notices_by_network", "notices", ["network", "state"])
