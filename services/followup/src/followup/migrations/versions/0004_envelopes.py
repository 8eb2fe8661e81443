"""What only the envelope says stands in the event ledger once: in its headers."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for said_twice in ("actor_role", "correlation_id", "causation_id"):
        op.drop_column("events", said_twice)
