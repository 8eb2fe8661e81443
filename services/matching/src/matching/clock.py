"""Time in: what is due today and not yet done."""

from datetime import date

from matching.commands import consequences
from matching.commands.candidates import retention
from matching.commands.matches import runs, transitions
from matching.commands.places import closings, members
from matching.queries import candidate, match, place
from shared.database import Tx

# In this order: a candidate who is hidden today loses her matches before they are looked at.
due = (
    consequences.due,
    transitions.expire,
    closings.close_what_is_over,
    members.follow_members,
    transitions.end_void,
    runs.forget_old_ones,
    retention.forget_cases,
)
THINGS = (
    *("candidates", "matches", "places"),
    *("unreadable_candidates", "unreadable_facts", "unreadable_matches", "unreadable_needs"),
    *("unreadable_persons", "unreadable_placements", "unreadable_places"),
)


async def waiting(tx: Tx, today: date) -> dict[str, int]:
    """Count what is due, by kind; candidates who wait are shown to nobody meanwhile."""
    return {
        "candidates": await candidate.count_late(tx, today),
        "matches": await match.count_due(tx, today),
        "places": await place.count_due(tx, today),
    }
