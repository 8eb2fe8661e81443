"""What may be held under a promise, and from when."""

from datetime import date

import pytest

from membership.rules.activity import check_activity
from shared.machines import NotAllowed, Unfit

FIRST = date(2026, 3, 2)


def test_an_activity_is_held_on_the_first_day_or_later() -> None:
    check_activity("activity", FIRST, FIRST)
    check_activity("activity", date(2031, 1, 1), FIRST)
    with pytest.raises(Unfit):
        check_activity("activity", date(2026, 3, 1), FIRST)


def test_a_promise_of_places_is_not_kept_by_an_activity() -> None:
    with pytest.raises(NotAllowed):
        check_activity("placement", FIRST, FIRST)
