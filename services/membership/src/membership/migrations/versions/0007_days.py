"""No table holds a day that Python can't read."""

from shared.migrations import run_plumbing

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_plumbing(3)
