"""How Alembic reaches matching's tables."""

from matching.models import Table
from shared.migrations import run_migrations

run_migrations(Table.metadata)
