"""How Alembic reaches membership's tables."""

from membership.models import Table
from shared.migrations import run_migrations

run_migrations(Table.metadata)
