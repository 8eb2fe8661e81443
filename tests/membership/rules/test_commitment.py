"""Cuts: never more than remains, however old followup's copy is."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from membership.rules.commitment import Figures, check_change, check_running, remaining
from shared.machines import NotAllowed


@dataclass
class Ledger:
    """What is true: the units as followup will count them once it has heard everything."""

    promised: int
    remaining: int
    kept: int = 0
    released: int = 0
    extra: int = 0

    def change(self, by: int) -> None:
        self.promised += max(0, by)
        self.released += max(0, -by)
        self.remaining += by

    def hold(self) -> None:
        self.kept, self.extra = self.kept + bool(self.remaining), self.extra + (not self.remaining)
        self.remaining -= bool(self.remaining)

    def told(self) -> Figures:
        return Figures(self.promised, self.remaining, self.kept, self.released, self.extra)


def refusal(before: int, promised: int, left: int | None) -> str | None:
    try:
        check_change(before, promised, left)
    except NotAllowed as refused:
        return refused.code
    return None


acts = some.one_of(some.integers(-12, 6), some.sampled_from(["hold", "told"]))


@given(some.integers(1, 10), some.lists(acts, max_size=30))
def test_no_row_of_acts_and_copies_lets_more_be_cut_than_remains(
    promised: int, story: list[int | str]
) -> None:
    truth, ours, held, copy = Ledger(promised, promised), promised, 0, None
    for act in story:
        if act == "hold":
            truth.hold()
            held += 1
        elif act == "told":
            copy = truth.told()
        elif refusal(ours, max(0, ours + int(act)), remaining(ours, held, copy)) is None:
            truth.change(max(0, ours + int(act)) - ours)
            ours = max(0, ours + int(act))
        assert truth.remaining >= 0, truth


def test_a_fresh_copy_allows_the_whole_rest_and_not_a_unit_more() -> None:
    copy = Figures(promised=10, remaining=6, kept=4, released=0, extra=0)
    left = remaining(10, 4, copy)
    assert (left, refusal(10, 4, left), refusal(10, 3, left)) == (6, None, "more_than_remains")


def test_what_followup_has_not_told_at_all_remains_as_promised_but_for_our_own_activities() -> None:
    assert remaining(10, 0, None) == 10
    assert remaining(10, 3, None) == 7
    assert remaining(1, 3, None) == 0


@pytest.mark.parametrize("missing", Figures.__slots__)
def test_what_a_copy_does_not_know_is_unknown_and_allows_no_cut_but_a_raise(missing: str) -> None:
    figures = dict.fromkeys(Figures.__slots__, 5) | {missing: None}
    left = remaining(10, 0, Figures(**figures))
    assert left is None
    assert refusal(10, 9, left) == "remaining_unknown"
    assert refusal(10, 11, left) is None


def test_a_change_changes_something() -> None:
    assert refusal(10, 10, 10) == "nothing_changed"


def test_a_promise_whose_period_has_ended_stands() -> None:
    check_running(date(2026, 3, 1), date(2026, 3, 2))
    with pytest.raises(NotAllowed):
        check_running(date(2026, 3, 2), date(2026, 3, 2))
