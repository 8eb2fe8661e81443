"""Which days an acceptance may name: offered are those that its checks let pass, and no other."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import product

from matching.rules.consent import check_reaches
from matching.rules.placement import Days, check_period, possible_days
from shared.machines import Unfit

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)
AROUND = [MONDAY + DAY * number for number in range(9)]
PLACE = AROUND[2], AROUND[6]


def ends_by(longest: int, starts_on: date) -> date:
    return starts_on + DAY * longest


def passing(today: date, until: date, longest: int) -> Iterator[tuple[date, date]]:
    """Give each pair of days that the checks of an acceptance let pass."""
    for starts_on, ends_before in product(AROUND, repeat=2):
        try:
            check_period(starts_on, ends_before, PLACE, ends_by(longest, starts_on))
            check_reaches("/starts_on", until, starts_on)
        except Unfit:
            continue
        if starts_on >= today:
            yield starts_on, ends_before


def test_each_end_of_what_is_offered_passes_and_nothing_outside_of_it_does() -> None:
    for today, until, longest in product(AROUND, AROUND, range(1, 8)):
        pairs = [*passing(today, until, longest)]
        found = possible_days(today, PLACE, until, partial(ends_by, longest))
        if not pairs:
            assert found is None, (today, until, longest)
            continue
        starts, ends = zip(*pairs, strict=True)
        expected = Days(min(starts), max(starts), min(ends), max(ends))
        assert found == expected, (today, until, longest)
