"""Cuts: never more than remains, however old followup's copy is, whatever is told late."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from membership.rules.commitment import (
    Figures,
    check_change,
    check_release,
    check_running,
    remaining,
)
from shared.machines import NotAllowed


@dataclass
class Ledger:
    """What is true: followup's fold over all that has happened, by day, however late it is told."""

    promised: int
    changes: list[tuple[int, int]] = field(default_factory=list)  # day, units from then on
    held: list[int] = field(default_factory=list)  # days

    def told(self) -> Figures:
        """Fold: within a day the promise is changed first, and kept ones stand inside it."""
        terms = [(day, 0, units) for day, units in [(0, self.promised), *self.changes]]
        left = kept = extra = 0
        for _, is_act, units in sorted(
            [*terms, *((day, 1, 0) for day in self.held)], key=lambda fact: fact[:2]
        ):
            if not is_act:
                left = max(0, units - kept)
            elif left:
                left, kept = left - 1, kept + 1
            else:
                extra += 1
        return Figures(left, 0, kept, extra)

    @property
    def remaining(self) -> int:
        return self.told().remaining or 0


def refusal(before: int, promised: int, left: int | None) -> str | None:
    try:
        check_change(before, promised, left)
    except NotAllowed as refused:
        return refused.code
    return None


days = some.integers(0, 9)
acts = some.one_of(
    some.tuples(some.just("change"), some.integers(0, 9), some.integers(0, 12)),
    some.tuples(some.just("hold"), days, some.just(0)),
    some.just(("told", 0, 0)),
)


@given(some.integers(1, 10), some.lists(acts, max_size=30))
def test_no_row_of_acts_and_copies_lets_more_be_cut_than_remains(
    promised: int, story: list[tuple[str, int, int]]
) -> None:
    truth, ours, since = Ledger(promised), promised, 0
    copy = truth.told()
    for act, day, units in story:
        if act == "hold":
            truth.held.append(day)
        elif act == "told":
            copy = truth.told()
            assert remaining(ours, len(truth.held), copy) == truth.remaining
        elif refusal(ours, units, remaining(ours, len(truth.held), copy)) is None:
            assert ours - units <= truth.remaining
            ours, since = units, max(since, day)
            truth.changes.append((since, units))
        assert (remaining(ours, len(truth.held), copy) or 0) <= truth.remaining


def test_a_fresh_copy_allows_the_whole_rest_and_not_a_unit_more() -> None:
    copy = Figures(remaining=6, open=0, kept=4, extra=0)
    left = remaining(10, 4, copy)
    assert (left, refusal(10, 4, left), refusal(10, 3, left)) == (6, None, "more_than_remains")


def test_a_late_act_before_a_cut_to_nothing_fills_the_raise_after_it() -> None:
    """Both sides say 0: the promise of one unit is kept by what was held before the cut."""
    truth = Ledger(5, changes=[(2, 0)], held=[1])
    truth.changes.append((3, 1))
    before_the_raise = Figures(remaining=0, open=0, kept=1, extra=0)
    assert (
        truth.remaining == remaining(1, 1, truth.told()) == remaining(1, 1, before_the_raise) == 0
    )


def test_what_was_extra_may_be_kept_by_a_raise_dated_back_that_followup_has_not_heard_of() -> None:
    truth = Ledger(1, held=[1, 1])
    copy = truth.told()
    truth.changes.append((0, 3))
    assert (copy.kept, copy.extra) == (1, 1)
    assert truth.remaining == remaining(3, 2, copy) == 1


def test_open_slots_do_not_remain() -> None:
    assert remaining(10, 0, Figures(remaining=6, open=3, kept=1, extra=0)) == 6


def test_what_followup_has_not_told_is_unknown_and_unknown_allows_no_cut_but_a_raise() -> None:
    assert remaining(10, 3, None) is None
    assert refusal(10, 9, None) == "progress_unknown"
    assert refusal(10, 11, None) is None
    with pytest.raises(NotAllowed) as refused:
        check_release(None)
    assert refused.value.code == "progress_unknown"


@pytest.mark.parametrize("missing", Figures.__slots__)
def test_a_figure_that_is_missing_makes_what_remains_unknown(missing: str) -> None:
    figures = dict.fromkeys(Figures.__slots__, 5) | {missing: None}
    assert remaining(10, 0, Figures(**figures)) is None


def test_nobody_is_released_from_nothing() -> None:
    check_release(1)
    with pytest.raises(NotAllowed) as refused:
        check_release(0)
    assert refused.value.code == "nothing_remains"


def test_a_change_changes_something() -> None:
    assert refusal(10, 10, 10) == "nothing_changed"


def test_a_promise_whose_period_has_ended_or_that_has_lapsed_stands() -> None:
    check_running(date(2026, 3, 1), date(2026, 3, 2), None)
    check_running(date(2026, 3, 1), date(2026, 3, 2), 0)
    for today, lapsed in ((date(2026, 3, 2), None), (date(2026, 3, 1), 1)):
        with pytest.raises(NotAllowed):
            check_running(today, date(2026, 3, 2), lapsed)
