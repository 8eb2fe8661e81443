"""Places and placements under one promise, in few words, and the figures that come of them."""

from datetime import date
from uuid import UUID

from tests.followup.support.facts import END, START, made

from followup.rules.facts import Facts, Outcome, Place, Placement, Promise, Revision
from followup.rules.ledger import Figures, figures

PROMISE = Promise("internship", "placement", START, END)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def changed(to: int, on: str, version: int = 2) -> Revision:
    return Revision(version, day(on), "renegotiated", to)


def released(on: str, version: int = 2) -> Revision:
    return Revision(version, day(on), "released")


def place(slots: int, opened: str = "02-01", closed: str = "", number: int = 1) -> Place:
    closed_on = day(closed) if closed else None
    return Place(UUID(int=number), "internship", slots, day(opened), closed_on)


def placement(
    *days: str, end: Outcome | None = None, number: int = 1, at: int = 1, last: str = "03-16"
) -> Placement:
    """Plan it, start it, end it on the days given; planned for the 30 days from 1 March."""
    dates = [day(text) if text else None for text in days] + [None] * (3 - len(days))
    return Placement(
        UUID(int=number),
        UUID(int=at),
        "internship",
        planned_on=dates[0],
        started_on=dates[1],
        ended_on=dates[2],
        outcome=end,
        starts_on=day("03-01"),
        ends_before=day("03-31"),
        last_day=day(last),
    )


def told(*more: Revision | Place | Placement, units: int = 3, ended: bool = False) -> Facts:
    """Give what is known of the promise when so much was told of it."""
    return Facts(
        PROMISE,
        [made(units), *(one for one in more if isinstance(one, Revision))],
        places=[one for one in more if isinstance(one, Place)],
        placements=[one for one in more if isinstance(one, Placement)],
        lapse_found_on=END if ended else None,
    )


def found(
    *more: Revision | Place | Placement, units: int = 3, ended: bool = False, on: str = ""
) -> Figures:
    return figures(told(*more, units=units, ended=ended), day(on) if on else None)


PLANNED = placement("02-10")
RUNNING = placement("02-10", "03-01")
COMPLETED = placement("02-10", "03-01", "03-30", end="completed")
NO_SHOW = placement("02-10", "", "03-01", end="no_show")
INTERRUPTED = placement("02-10", "03-01", "03-05", end="interrupted")
