"""How Alembic reaches notifications's tables."""

from notifications.models import Table
from shared.migrations import run_migrations

run_migrations(Table.metadata)
