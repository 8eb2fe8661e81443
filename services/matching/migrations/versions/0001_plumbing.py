"""The plumbing that every service has: outbox, inbox, parked, answers, clock."""

from typing import Any

from alembic import op

from shared.migrations import plumbing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # asyncpg: a prepared statement holds one command, the driver's own execute takes the script.
    connection: Any = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda raw: raw.execute(plumbing(1)))
