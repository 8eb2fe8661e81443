"""Hours of a week in words, mon_am to sun_ev, and as the bits that tables and engine hold."""

from collections.abc import Collection

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS_OF_DAY = ("am", "pm", "ev")
HOURS = tuple(f"{day}_{part}" for day in DAYS for part in PARTS_OF_DAY)


def bits(words: Collection[str]) -> int:
    """Give hours as bits: mon_am is the lowest."""
    return sum(1 << number for number, word in enumerate(HOURS) if word in words)


def words(schedule: int) -> list[str]:
    """Give the hours that the bits stand for, in the order of the week."""
    return [word for number, word in enumerate(HOURS) if schedule >> number & 1]
