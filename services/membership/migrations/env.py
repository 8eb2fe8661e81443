"""How Alembic reaches membership's tables."""

from membership.models import Table
from shared.database import run_migrations

run_migrations(Table.metadata)
