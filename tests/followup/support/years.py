"""A year of placements, and how its report is asked for."""

from typing import Any

from tests.followup.support.service import Followup
from tests.followup.support.stories import COMPLETED, INTERRUPTED, NO_SHOW, Dated, World

from followup.rules.masking import OUTCOMES

WORLD = World()
NETWORK = "/networks/jobbpakten"
MEMBER = f"{NETWORK}/members/{WORLD.id('a')}/report"
BEGUN = ["2026-02-01", "2026-02-20", "2026-03-01"]


def course(number: int, *days: str, end: Any = None, person: str = "") -> list[Dated]:
    """Tell a placement with the match that it came of."""
    placement, place = f"placement {number}", "place of work"
    accepted = WORLD.accepted(placement, place, "work", person or f"person {number}")
    return [(accepted, "2026-01-31"), *WORLD.course(placement, "work", *days, end=end)]


def a_year() -> list[Dated]:
    """Tell of 7 completed, 6 running, 2 that never began, 1 interrupted; two people came twice."""
    story = [
        (WORLD.applied("a"), "2026-01-02"),
        (WORLD.in_force("a"), "2026-01-15"),
        (WORLD.places("work", 20), "2026-01-15"),
        (WORLD.opened("place of work", "work", 20), "2026-01-20"),
    ]
    for number in range(7):
        story += course(number, *BEGUN, "2026-03-31", end=COMPLETED)
    for number in range(7, 13):
        again = f"person {number - 7}" if number < 9 else ""
        story += course(number, *BEGUN, person=again)
    for number, end in ((13, NO_SHOW), (14, INTERRUPTED)):  # before it began
        story += course(number, "2026-02-01", "2026-03-03", end=end)
    return story + course(15, *BEGUN, "2026-03-09", end=INTERRUPTED)


async def asked(followup: Followup, path: str, role: str = "", **claims: Any) -> Any:
    async with followup.client(role, **claims) as client:
        return await client.get(path)


def counts(report: Any) -> dict[str, int | None]:
    parts = report["placements"]["by_outcome"] | {"total": report["placements"]["total"]}
    assert all(part["masked"] is (part["count"] is None) for part in parts.values())
    return {name: part["count"] for name, part in parts.items()}


HIDDEN = dict.fromkeys(OUTCOMES)
# 0, 0, 0, 1 and 2 are together under five: the six that are running are hidden with them.
NOW = HIDDEN | {"completed": 7, "total": 16}
