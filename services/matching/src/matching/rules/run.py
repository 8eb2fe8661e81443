"""Match runs: how many candidates one proposes, and what decides between equals."""

from uuid import UUID

MOST_SEEDS = 2**31  # PostgreSQL: an integer
TOP = 20  # candidates for a place


def seed_of(run_id: UUID) -> int:
    """Give the seed of a run for which nobody chose one; kept with it, so it can be run again."""
    return run_id.int % MOST_SEEDS
