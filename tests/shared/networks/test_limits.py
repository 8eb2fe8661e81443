"""Limits: how long something may take, as a day."""

from datetime import date

import pytest

from shared.networks.profiles import Limit


@pytest.mark.parametrize(
    ("limit", "start", "last"),
    [
        (Limit(working_days=10), date(2026, 3, 2), date(2026, 3, 16)),
        (Limit(working_days=1), date(2026, 6, 18), date(2026, 6, 22)),  # past Midsummer Eve
        (Limit(weeks=12), date(2026, 3, 2), date(2026, 5, 25)),
        (Limit(years=3), date(2026, 3, 2), date(2029, 3, 2)),
        (Limit(years=3), date(2024, 2, 29), date(2027, 3, 1)),
    ],
)
def test_a_limit_is_a_day(limit: Limit, start: date, last: date) -> None:
    assert limit.after(start) == last
