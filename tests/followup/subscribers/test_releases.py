"""Units at places let go: what cuts, releases and the end of the period do to the figures."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import get_args

import pytest
from tests.followup.support.facts import END, START, units
from tests.followup.support.places import (
    COMPLETED,
    INTERRUPTED,
    PLANNED,
    PROMISE,
    RUNNING,
    changed,
    day,
    found,
    place,
    released,
    told,
)

from followup.rules.facts import Outcome, Place, Placement, Revision
from followup.rules.ledger import Figures, figures, lapse_day

ENDS: tuple[Outcome, ...] = get_args(Outcome)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (changed(2, "03-02"), units(promised=3, open=2, released=1)),
        (changed(0, "03-02"), units(promised=3, open=2, released=1)),
        (released("03-02"), units(promised=3, open=2, released=1)),
        (changed(0, "02-01"), units(promised=3, released=3)),
        (released("02-01"), units(promised=3, open=2, released=1)),
    ],
)
def test_a_cut_takes_what_remains_and_nothing_that_is_open(
    change: Revision, expected: Figures
) -> None:
    assert found(place(2), change) == expected


def test_what_was_closed_on_the_day_of_a_cut_can_be_cut() -> None:
    assert found(place(3, closed="03-02"), changed(1, "03-02")) == (
        units(promised=3, remaining=1, released=2)
    )


def test_what_a_cut_could_not_take_comes_back_as_remaining() -> None:
    assert found(place(3, closed="03-02"), changed(0, "02-20")) == units(promised=3, remaining=3)


def test_after_a_release_whatever_comes_back_is_released() -> None:
    story = (place(2, closed="04-15"), released("02-20"), RUNNING)

    assert found(*story, on="04-14") == units(promised=3, open=2, released=1)
    assert found(*story) == units(promised=3, open=1, released=2)
    assert found(*story, ended=True) == units(promised=3, open=1, released=2)
    assert found(*story[:2], COMPLETED) == units(promised=3, kept=1, released=2)
    assert found(*story[:2], INTERRUPTED) == units(promised=3, released=3)
    late = RUNNING._replace(ended_on=day("08-01"), outcome="interrupted")
    assert found(*story[:2], late, ended=True) == units(promised=3, released=3)


def test_at_the_end_of_the_period_what_is_open_and_has_not_begun_is_released_after_a_release() -> (
    None
):
    story = (place(3), released("02-20"), PLANNED)

    assert found(*story) == found(*story, on="06-30") == units(promised=3, open=3)
    assert found(*story, ended=True) == found(*story, on="07-01") == units(promised=3, released=3)


def test_what_is_promised_after_a_release_remains() -> None:
    story = (place(2, closed="04-15"), released("02-20"), changed(3, "03-01", 3))

    assert found(*story, on="03-01") == units(promised=4, remaining=1, open=2, released=1)
    assert found(*story) == units(promised=4, remaining=3, released=1)


def test_what_comes_back_is_open_to_no_other_place_once_it_is_released() -> None:
    again = place(2, opened="05-01", number=2)

    assert found(place(3, closed="04-15"), released("02-20"), again) == (
        units(promised=3, released=3)
    )


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (PLANNED, units(promised=3, lapsed=3)),
        (RUNNING, units(promised=3, open=1, lapsed=2)),
        (COMPLETED, units(promised=3, kept=1, lapsed=2)),
        (INTERRUPTED, units(promised=3, lapsed=3)),
        (RUNNING._replace(started_on=END), units(promised=3, lapsed=3)),
        (RUNNING._replace(started_on=END - timedelta(1)), units(promised=3, open=1, lapsed=2)),
    ],
)
def test_at_the_end_of_the_period_only_what_has_begun_stays_open(
    one: Placement, expected: Figures
) -> None:
    assert found(place(2), one, ended=True) == expected
    assert found(place(2), one, on="07-01") == expected


def test_what_had_begun_lapses_when_it_ends_without_being_kept() -> None:
    late = RUNNING._replace(ended_on=day("08-05"), outcome="interrupted")
    facts = told(place(3), late, ended=True)

    assert found(place(3), late, on="08-04") == units(promised=3, open=1, lapsed=2)
    assert figures(facts) == units(promised=3, lapsed=3)
    assert lapse_day(facts, PROMISE) == day("08-05")
    assert lapse_day(told(place(3), RUNNING, ended=True), PROMISE) == END


def every_course() -> Iterator[tuple[Place, Placement]]:
    """Give every place and placement whose days are a few that matter, in every order."""
    few = [None, START, day("03-01"), END - timedelta(1), END, day("09-01")]
    for opened, closed, planned, started, ended in product(few, repeat=5):
        for outcome in ENDS if ended else [None]:
            one = COMPLETED._replace(
                planned_on=planned, started_on=started, ended_on=ended, outcome=outcome
            )
            yield place(2)._replace(opened_on=opened, closed_on=closed), one


@pytest.mark.parametrize("change", [None, changed(1, "03-01"), released("03-01")])
def test_whatever_is_heard_of_one_placement_the_units_add_up(change: Revision | None) -> None:
    changes = [change] if change else []
    for at, one in every_course():
        facts = told(*changes, at, one, units=2, ended=True)
        for on in (None, START, day("03-01"), END, date.max):
            then = figures(facts, on)
            parts = (then.remaining, then.open, then.kept, then.lapsed, then.released)
            assert then.promised == sum(parts)
            assert min(*parts, then.extra) >= 0
        assert then == figures(facts)
        if change is None or change.act == "renegotiated":
            assert then.open == (one.outcome is None and has_begun_in_time(one))


def has_begun_in_time(one: Placement) -> bool:
    return bool(one.started_on and START <= one.started_on < END)
