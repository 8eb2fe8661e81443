"""The plumbing keeps when a stream was told, and a canary for each key."""

from shared.migrations import run_plumbing

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_plumbing(2)
