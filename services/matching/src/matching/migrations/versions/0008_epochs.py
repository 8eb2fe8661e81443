"""Epochs: what a restored database tells is known from what it told before."""

from shared.migrations import run_plumbing

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_plumbing(4)
    run_plumbing(3)
