"""What may be held under a promise, and from when."""

from datetime import date

import pytest

from membership.rules.activity import check_activity, check_member
from membership.rules.membership import Suspension
from shared.machines import NotAllowed, Unfit

FIRST, RELEASED = date(2026, 3, 2), date(2026, 4, 1)


def test_an_activity_is_held_on_the_first_day_or_later() -> None:
    check_activity("activity", FIRST, FIRST, None)
    check_activity("activity", date(2031, 1, 1), FIRST, None)
    with pytest.raises(Unfit):
        check_activity("activity", date(2026, 3, 1), FIRST, None)


def test_what_was_held_until_the_day_of_the_release_counts_and_nothing_later() -> None:
    check_activity("activity", RELEASED, FIRST, RELEASED)
    with pytest.raises(NotAllowed) as refused:
        check_activity("activity", date(2026, 4, 2), FIRST, RELEASED)
    assert refused.value.code == "released"


def test_a_promise_of_places_is_not_kept_by_an_activity() -> None:
    with pytest.raises(NotAllowed):
        check_activity("placement", FIRST, FIRST, None)


def test_a_suspended_member_s_earlier_activities_count_and_its_later_ones_do_not() -> None:
    check_member(date(2031, 1, 1), [])
    check_member(FIRST, [Suspension(FIRST)])
    with pytest.raises(NotAllowed) as refused:
        check_member(date(2026, 3, 3), [Suspension(FIRST)])
    assert refused.value.code == "suspended"


@pytest.mark.parametrize(
    ("held_on", "good"),
    [
        ("2026-03-02", True),
        ("2026-03-03", False),
        ("2026-03-08", False),
        ("2026-03-09", True),
        ("2026-03-10", True),
        ("2026-03-16", True),
        ("2026-03-17", False),
        ("2031-01-01", False),
    ],
)
def test_a_suspension_that_is_over_still_stands_between(held_on: str, *, good: bool) -> None:
    suspensions = [Suspension(FIRST, date(2026, 3, 9)), Suspension(date(2026, 3, 16))]
    if good:
        check_member(date.fromisoformat(held_on), suspensions)
    else:
        with pytest.raises(NotAllowed):
            check_member(date.fromisoformat(held_on), suspensions)
