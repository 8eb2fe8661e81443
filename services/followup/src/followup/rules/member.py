"""Where a member stands on a day, and who may read what came of its promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

SECTORS = ("business", "civil_society", "public")
UNKNOWN = "unknown"

# The states of a member, from last to first; each but `suspended` with the fact that leads there.
STATES = (
    "withdrawn",
    "lapsed",
    "suspended",
    "member",
    "rejected",
    "approved",
    "in_vetting",
    "applied",
)


@dataclass(frozen=True, slots=True)
class Milestones:
    """The days on which a membership reached each state; None: not, as far as we have heard.

    `suspensions` are the days on which it was suspended (True) and reinstated (False), in order.
    """

    applied: date | None = None
    in_vetting: date | None = None
    approved: date | None = None
    rejected: date | None = None
    member: date | None = None
    withdrawn: date | None = None
    lapsed: date | None = None
    suspensions: Sequence[tuple[date, bool]] = ()

    @property
    def by_state(self) -> dict[str, date | None]:
        return {name: getattr(self, name) for name in STATES if name != "suspended"}


def state(days: Milestones, on: date) -> str | None:
    """Give the furthest state reached by a day; None before the first."""
    reached = [name for name, day in days.by_state.items() if day and day <= on]
    if not reached:
        return None
    return "suspended" if reached[0] == "member" and is_suspended(days, on) else reached[0]


def is_suspended(days: Milestones, on: date) -> bool:
    """Tell what the last change was; one counts no earlier than the one before it."""
    suspended, last = False, date.min
    for day, suspended_then in days.suspensions:
        last = max(last, day)
        if last <= on:
            suspended = suspended_then
    return suspended
