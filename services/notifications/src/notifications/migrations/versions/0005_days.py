"""No table holds a day that Python can't read."""

from shared.migrations import run_plumbing

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_plumbing(3)
