"""The plumbing that every service has: outbox, inbox, parked, answers, clock."""

from shared.migrations import run_plumbing

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_plumbing(1)
