"""Contacts of organisations and staff; and a place where a sole trader's number lies sealed.

No key is known here: the service itself seals the numbers that lie in the clear, when it first
looks for what is due, within a minute of its start.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    sealed_numbers()
    contacts()


def sealed_numbers() -> None:
    op.alter_column("organisations", "number", nullable=True)
    for name in ("number_index", "sealed_number", "person_key"):
        op.add_column("organisations", sa.Column(name, sa.LargeBinary()))
    op.create_unique_constraint("organisations_number_index_key", "organisations", ["number_index"])
    op.create_check_constraint(
        "one_number", "organisations", "num_nonnulls(number, number_index) = 1"
    )
    op.create_check_constraint(
        "sealed_as_a_whole",
        "organisations",
        "num_nonnulls(number_index, sealed_number, person_key) IN (0, 3)",
    )


def contacts() -> None:
    organisation = sa.ForeignKey("organisations.id")
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("network", AutoString(), nullable=False, index=True),
        sa.Column("organisation_id", sa.Uuid(), organisation, index=True),
        sa.Column("unit", AutoString()),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("language", AutoString(), nullable=False),
        sa.Column("named_by", AutoString(), nullable=False),
        sa.Column("named_on", sa.Date(), nullable=False),
        sa.Column("person_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("alike", sa.LargeBinary(), nullable=False, unique=True),
        sa.CheckConstraint("num_nonnulls(organisation_id, unit) = 1", name="of_one"),
    )
