"""Units at places: what opening, closing and each end of a placement does to the figures."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from tests.followup.support.facts import END, START, made, units
from tests.followup.support.places import (
    COMPLETED,
    INTERRUPTED,
    NO_SHOW,
    PLANNED,
    RUNNING,
    changed,
    day,
    found,
    place,
    placement,
    told,
)

from followup.rules.facts import Activity, Facts, Placement, Promise
from followup.rules.ledger import Figures, figures, one_by_one


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (found(place(2)), units(promised=3, remaining=1, open=2)),
        (found(place(5)), units(promised=3, open=3)),
        (found(place(2), place(2, number=2)), units(promised=3, open=3)),
        (found(place(5), changed(5, "02-02")), units(promised=5, open=5)),
        (found(place(2, closed="02-02")), units(promised=3, remaining=3)),
        (found(place(2, closed="02-01")), units(promised=3, remaining=3)),
    ],
    ids=["opens", "no more than is promised", "together", "a raise", "closed", "on its first day"],
)
def test_a_slot_of_an_open_place_is_an_open_unit(figures: Figures, expected: Figures) -> None:
    assert figures == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (PLANNED, units(promised=3, remaining=1, open=2)),
        (RUNNING, units(promised=3, remaining=1, open=2)),
        (COMPLETED, units(promised=3, remaining=1, open=1, kept=1)),
        (NO_SHOW, units(promised=3, remaining=1, open=2)),
        (INTERRUPTED, units(promised=3, remaining=1, open=2)),
    ],
)
def test_a_placement_at_an_open_place_uses_one_slot(one: Placement, expected: Figures) -> None:
    assert found(place(2), one) == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (PLANNED, units(promised=3, remaining=2, open=1)),
        (RUNNING, units(promised=3, remaining=2, open=1)),
        (COMPLETED, units(promised=3, remaining=2, kept=1)),
        (NO_SHOW, units(promised=3, remaining=3)),
        (INTERRUPTED, units(promised=3, remaining=3)),
    ],
)
def test_who_is_at_a_closed_place_stays(one: Placement, expected: Figures) -> None:
    assert found(place(2, closed="02-20"), one) == expected
    assert found(one) == expected, "the same, while the place hasn't been heard of"


@pytest.mark.parametrize(
    ("last", "kept"),
    [("03-14", 0), ("03-15", 1), ("03-30", 1), ("02-28", 0)],
)
def test_half_of_the_planned_days_keep_a_unit(last: str, kept: int) -> None:
    one = placement("02-10", "03-01", "03-20", end="partly_completed", last=last)

    expected = units(promised=3, remaining=1, open=2 - kept, kept=kept)
    assert found(place(2), one) == expected


@pytest.mark.parametrize("half", [True, False])
def test_whether_a_part_is_kept_is_as_it_was_told(*, half: bool) -> None:
    one = placement(
        "02-10", "03-01", "03-20", end="partly_completed", last="03-05" if half else "03-29"
    )

    assert found(place(1), one._replace(kept=half)).kept == int(half)


def test_days_are_counted_from_the_day_on_which_it_began() -> None:
    late = placement("02-10", "03-03", "03-20", end="partly_completed", last="03-16")

    assert found(place(1), late).kept == 0
    assert found(place(1), late._replace(last_day=day("03-17"))).kept == 1
    assert found(place(1), late._replace(last_day=None)).kept == 0


@pytest.mark.parametrize(
    ("started", "ended", "kept", "extra"),
    [
        ("2025-12-31", "2026-03-01", 0, 1),
        ("2026-01-01", "2026-03-01", 1, 0),
        ("2026-06-30", "2026-06-30", 1, 0),
        ("2026-06-30", "2026-12-01", 1, 0),
        ("2026-07-01", "2026-12-01", 0, 1),
    ],
)
@pytest.mark.parametrize("ended_first", [True, False])
def test_a_placement_counts_by_the_day_on_which_it_began(
    started: str, ended: str, kept: int, extra: int, ended_first: object
) -> None:
    days = [date.fromisoformat(text) for text in (started, ended)]
    one = COMPLETED._replace(started_on=days[0], ended_on=days[1])

    then = found(place(1), one, units=1, ended=bool(ended_first))

    assert (then.kept, then.extra) == (kept, extra)


def test_what_is_beyond_the_promise_is_extra() -> None:
    several = [COMPLETED._replace(id=UUID(int=n)) for n in range(4)]

    assert found(place(4), *several) == units(promised=3, kept=3, extra=1)


def test_what_began_on_a_day_that_nobody_told_is_extra() -> None:
    assert found(COMPLETED._replace(started_on=None)) == units(promised=3, remaining=3, extra=1)


def test_a_placement_of_another_kind_keeps_nothing() -> None:
    other = COMPLETED._replace(offer="mentorship")
    elsewhere = place(2)._replace(offer="mentorship")
    visits = Promise("internship", "activity", START, END)
    facts = Facts(visits, [made(3)], [], None, [place(2)], [RUNNING, other])

    assert found(other, elsewhere) == units(promised=3, remaining=3, extra=1)
    assert figures(facts) == units(promised=3, remaining=3, extra=1)
    act = Activity(UUID(int=1), day("02-01"), "internship")
    assert figures(replace(told(units=1), activities=[act])) == (
        units(promised=1, remaining=1, extra=1)
    )


def test_what_came_before_its_promise_is_told_in_its_turn() -> None:
    facts = told(place(2, closed="04-01"), COMPLETED)

    turns = [(on and f"{on:%m-%d}", now.open, now.kept) for now, on in one_by_one(facts)]

    assert turns == [
        (None, 0, 0),
        ("02-01", 2, 0),
        ("02-10", 2, 0),
        ("03-01", 2, 0),
        ("03-30", 1, 1),
        ("04-01", 0, 1),
    ]
