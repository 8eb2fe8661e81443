"""How Alembic reaches followup's tables."""

from followup.models import Table
from shared.migrations import run_migrations

run_migrations(Table.metadata)
