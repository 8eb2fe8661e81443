"""What a workplace needs and has: drawn by chance, in the words of matching's profile."""

from datetime import date, timedelta
from random import Random
from typing import Any

AREAS = ("centrum", "gottsunda", "granby", "savja", "stenhagen")
TRADES = "kitchen cleaning care warehouse garden office sales craft computer"
SKILLS = tuple(f"skill:{name}" for name in TRADES.split())
WANTED = (*SKILLS, "lang:sv_b1", "lang:en", "licence:b")
ADAPTATIONS = ("step_free", "quiet", "sitting", "short_days", "interpreter", "written_instructions")
DAYS = ("mon", "tue", "wed", "thu", "fri")
SOME_SLOTS = (1, 1, 1, 2, 3)
LONGEST_WEEKS = {"trial_job": 4, "holiday_job": 8, "internship": 26, "language_practice": 26}
LONGEST_WEEKS |= {"trial_employment": 26}
LONG_WEEKS = 40


def workplace(
    chance: Random, offer: str, units: int, starts_on: date, until: date | None
) -> dict[str, Any]:
    """Draw a place of at most so many slots, from a day on, no longer than its promise."""
    area = chance.choice(AREAS)
    must = chance.choice(([], ["lang:sv_a2"])) + chance.sample(SKILLS, chance.randint(0, 1))
    want = sorted({*chance.sample(WANTED, 3), f"area:{area}"} - {*must})
    longest = timedelta(weeks=LONGEST_WEEKS.get(offer, LONG_WEEKS))
    ends = min(until or date.max, starts_on + longest)
    return {
        "area": area,
        "slots": min(units, chance.choice(SOME_SLOTS)),
        "must": must,
        "want": want,
        "provides": sorted(chance.sample(ADAPTATIONS, chance.randint(0, 4))),
        "schedule": hours(chance),
        "starts_on": starts_on.isoformat(),
        "ends_before": ends.isoformat(),
    }


def hours(chance: Random) -> list[str]:
    days = chance.choice((DAYS, DAYS, DAYS, DAYS[:3]))
    parts = chance.choice((("am", "pm"), ("am",)))
    return [f"{day}_{part}" for day in days for part in parts]


def anybody(place: dict[str, Any]) -> dict[str, Any]:
    """Ask for nothing that a candidate has to have, so that somebody comes soon."""
    return place | {"must": [], "schedule": ["mon_am", "tue_am", "wed_am"], "slots": 1}
