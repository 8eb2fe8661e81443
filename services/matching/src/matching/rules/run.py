"""Match runs: who may ask for one, how many it proposes, and what decides between equals."""

from uuid import UUID

MOST_SEEDS = 2**31  # PostgreSQL: an integer
TOP = 20  # candidates for a place


def may_run(role: str, organisation: UUID | None, unit: str) -> bool:
    """Tell whether a caller has candidates to match: a caseworker, those of her unit."""
    return role == "caseworker" and organisation is None and bool(unit)


def seed_of(run_id: UUID) -> int:
    """Give the seed of a run for which nobody chose one; kept with it, so it can be run again."""
    return run_id.int % MOST_SEEDS
