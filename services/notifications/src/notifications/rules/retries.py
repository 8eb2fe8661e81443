"""How often and how long a mail is tried; all of it in recorded time."""

from datetime import datetime, timedelta

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
WINDOW = timedelta(hours=24)
PAUSE = timedelta(minutes=1)  # when the server takes nobody's mail: we don't hammer at it
# The conversation has its own limits, before the final dot and after; this is the last resort.
LONGEST_TRY = timedelta(seconds=75)


def next_try(first: datetime, tries: int, now: datetime) -> datetime | None:
    """Give when to try again after so many tries; None when it would be too late."""
    then = now + DELAYS[min(tries, len(DELAYS)) - 1]
    return then if then - first <= WINDOW else None
