"""Months are closed: who is counted for everybody is counted with four others or more, for good."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.rules.closing import (
    Counted,
    Kind,
    Waiting,
    closing,
    kept,
    month_end,
    persons,
    placements,
)

KEPT = Kind("internship", "completed", is_first=True, is_first_completed=True)
NO_SHOW = Kind("", "no_show")
MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)


def ended(*shares: int, on: date = MARCH, kind: Kind = KEPT, of: int = 0) -> list[Waiting]:
    """Let so many end at each employer, each under one promise."""
    return [
        Waiting(UUID(int=1000 * of + 100 * at + number), on, kind, UUID(int=at), UUID(int=at))
        for at, share in enumerate(shares)
        for number in range(share)
    ]


def of_story(story: list[tuple[int, int, int]]) -> list[Waiting]:
    """Let one end per month, kind and employer that the story names."""
    return [
        Waiting(
            UUID(int=number),
            date(2026, 1, 1) + timedelta(30 * month),
            Kind(str(kind), "completed"),
            *[UUID(int=employer)] * 2,
        )
        for number, (month, kind, employer) in enumerate(story)
    ]


def months(waiting: Sequence[Waiting], *, for_all: bool = True) -> list[date]:
    return [month for month, _ in closing(waiting, MAY, for_all=for_all)]


@pytest.mark.parametrize(
    ("shares", "for_all", "counted"),
    [
        ((4,), False, False),
        ((5,), False, True),
        ((9,), True, False),
        ((9, 4), True, False),
        ((9, 5), True, True),
        ((4, 4, 2), True, True),
        ((3, 4, 1), True, False),
        ((4, 4, 4), True, False),
        ((4, 4, 4, 1), True, True),
    ],
)
def test_those_of_a_kind_are_counted_when_they_give_nobody_away(
    shares: tuple[int, ...],
    *,
    for_all: bool,
    counted: bool,
) -> None:
    several = ended(*shares)
    assert months(several, for_all=for_all) == [MARCH] * len(several) * counted


def test_who_waits_is_counted_with_those_who_come_later_and_kinds_wait_apart() -> None:
    first, later = ended(2, 2, of=1), ended(1, 1, 3, on=date(2026, 4, 2), of=2)
    others = ended(1, 1, 1, 1, kind=NO_SHOW, of=3)

    assert months([*first, *others]) == []
    assert months([*first, *others, *later]) == [APRIL] * 9


def test_what_is_told_of_a_closed_month_counts_in_the_next() -> None:
    late = ended(3, 3, 3, on=date(2026, 1, 9))
    found = closing(late, MAY, for_all=True, first=date(2026, 5, 1))

    assert {month for month, _ in found} == {MAY}


@given(story=st.lists(st.tuples(*[st.integers(0, 3)] * 3), max_size=40), for_all=st.booleans())
def test_every_count_moves_by_nought_or_five_for_everybody_and_for_each_employer(
    story: list[tuple[int, int, int]],
    *,
    for_all: bool,
) -> None:
    found = list(closing(of_story(story), date(2026, 12, 31), for_all=for_all))
    moves = Counter((month, one.kind) for month, one in found)
    shares = Counter((month, one.kind, one.organisation) for month, one in found)

    assert len({one.placement for _, one in found}) == len(found)
    assert all(move >= 5 for move in moves.values())
    assert all(month >= month_end(one.ended_on) for month, one in found)
    if for_all:
        assert all(moves[of[:2]] - share >= 5 for of, share in shares.items())


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), max_size=40), st.integers(1, 11))
def test_closing_month_by_month_counts_the_same_as_closing_all_at_once(
    story: list[tuple[int, int, int]], cut: int
) -> None:
    last, between = date(2026, 12, 31), month_end(date(2026, cut, 1))
    waiting = of_story(story)
    first = list(closing(waiting, between, for_all=True))
    rest = [one for one in waiting if one not in {one for _, one in first}]
    then = closing(rest, last, for_all=True, first=between + timedelta(1))

    assert sorted([*first, *then]) == sorted(closing(waiting, last, for_all=True))


def test_all_that_is_shown_of_people_is_a_sum_of_what_was_counted() -> None:
    again = Kind("", "completed")
    found = [Counted(MARCH, KEPT, 7), Counted(APRIL, again, 5), Counted(MAY, NO_SHOW, 6)]
    seen, people = placements(found), persons(found)

    shown = {name: one.count for name, one in seen.by_outcome.items() if not one.masked}
    assert shown == {"completed": 12, "no_show": 6}
    assert seen.total.count == 18
    assert (people.started.count, people.completed.count) == (7, 7)
    assert [kept(found, by) for by in (date(2026, 2, 28), MARCH, MAY)] == [0, 7, 7]
    assert (kept(found, MAY, "internship"), kept(found, MAY, "mentorship")) == (7, 0)


def test_the_last_days_of_months_are_those_of_the_calendar() -> None:
    days = [date(2024, 2, 1), date(2026, 12, 31), date(2026, 1, 31)]
    assert [month_end(day).day for day in days] == [29, 31, 31]
