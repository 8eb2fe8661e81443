"""In which order acts lie, and what a declaration says."""

from datetime import date
from itertools import product

import pytest
from tests.membership.support.unfit import unfit

from membership.rules.membership import check_recent, check_values
from shared.machines import NotAllowed, Unfit, check_order

VALUES = ("non_discrimination", "gender_equality", "equality", "human_rights")


def test_an_application_is_recorded_within_a_month() -> None:
    check_recent(date(2026, 1, 30), date(2026, 3, 2))
    early = date(2026, 1, 29)
    assert unfit(check_recent, early, date(2026, 3, 2)) == ("/applied_on", "too_long_ago")


def test_an_act_never_lies_before_what_it_builds_on() -> None:
    day = date(2026, 3, 2)
    check_order(day, day)
    check_order(day, None)
    with pytest.raises(NotAllowed, match="before"):
        check_order(day, date(2026, 3, 3))


@pytest.mark.parametrize("said", [*product([True, False, None], repeat=4)])
def test_a_declaration_stands_when_all_values_are_said(said: tuple[bool | None, ...]) -> None:
    both = zip(VALUES, said, strict=True)
    stands_behind = {value: yes for value, yes in both if yes is not None}
    if all(said):
        check_values(stands_behind, VALUES)
        return
    pointer, _ = unfit(check_values, stands_behind, VALUES)
    assert pointer == f"/{VALUES[[*map(bool, said)].index(False)]}"


def test_a_value_that_the_network_doesnt_have_is_refused_and_not_repeated() -> None:
    with pytest.raises(Unfit, match="The network's values are patience") as refused:
        check_values({"patience": True, "a1912121212": True}, ["patience"])
    assert (refused.value.code, refused.value.pointer) == ("unknown_value", "/?")
