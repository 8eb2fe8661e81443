"""Epochs: what a restored database tells is known from what it told before."""

from shared.migrations import run_plumbing_by_parts

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_plumbing_by_parts(4)
