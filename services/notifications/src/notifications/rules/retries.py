"""How often and how long a mail is tried; all of it in recorded time."""

from datetime import datetime, timedelta

FIRST = timedelta(minutes=1)  # the usual wait after the first try
LATER = (1, 5, 15, 60, 240)  # the waits after each try, in first ones
WINDOW = timedelta(hours=24)
# The session has its own limits, before DATA and after; this is the last resort.
LONGEST_TRY = timedelta(seconds=75)


def next_try(
    first: datetime, tries: int, now: datetime, wait: timedelta = FIRST
) -> datetime | None:
    """Give when to try again after so many tries, the last time as the window ends; then None."""
    last = first + WINDOW
    then = now + wait * LATER[min(tries, len(LATER)) - 1]
    return min(then, last) if now < last else None
