"""Working days in Sweden."""

from datetime import date
from functools import cache

import holidays


@cache
def free_days() -> holidays.HolidayBase:
    """Load the calendar when somebody counts days: 8 MB that not every service needs."""
    # Lag (1930:173) 2 §: the eves of Midsummer, Christmas and New Year count as free days.
    return holidays.country_holidays("SE", categories=("public", "de_facto"))


def working_days_after(start: date, days: int) -> date:
    """Give the n-th working day after a day; weekends and Swedish holidays don't count."""
    day: date = free_days().get_nth_working_day(start, days)
    return day
