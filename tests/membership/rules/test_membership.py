"""In which order acts lie, and what a declaration says."""

from datetime import date
from itertools import product

import pytest

from membership.rules.membership import check_recent, check_values
from shared.machines import NotAllowed, Unfit, check_order

VALUES = ("non_discrimination", "gender_equality", "equality", "human_rights")


def test_an_application_is_recorded_within_a_month() -> None:
    check_recent(date(2026, 1, 30), date(2026, 3, 2))
    with pytest.raises(Unfit) as unfit:
        check_recent(date(2026, 1, 29), date(2026, 3, 2))
    assert (unfit.value.pointer, unfit.value.code) == ("/applied_on", "too_long_ago")


def test_an_act_never_lies_before_what_it_builds_on() -> None:
    day = date(2026, 3, 2)
    check_order(day, day)
    check_order(day, None)
    with pytest.raises(NotAllowed, match="before"):
        check_order(day, date(2026, 3, 3))


@pytest.mark.parametrize("said", [*product([True, False], repeat=4)])
def test_a_declaration_stands_when_all_four_values_are_said(said: tuple[bool, ...]) -> None:
    stands_behind = dict(zip(VALUES, said, strict=True))
    if all(said):
        check_values(stands_behind)
        return
    with pytest.raises(Unfit) as unfit:
        check_values(stands_behind)
    assert unfit.value.pointer == f"/{VALUES[said.index(False)]}"
