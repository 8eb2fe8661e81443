"""Units at places: what opening, closing and each end of a placement does to the figures."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import get_args
from uuid import UUID

import pytest

from followup.rules.facts import Act, Facts, Outcome, Place, Placement, Promise, Term
from followup.rules.ledger import Figures, figures, lapse_day, one_by_one

START, END = date(2026, 1, 1), date(2026, 7, 1)
PROMISE = Promise("internship", "placement", START, END)
ENDS: tuple[Outcome, ...] = get_args(Outcome)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def made(units: int) -> Term:
    return Term(1, START, "made", units)


def changed(to: int, on: str, version: int = 2) -> Term:
    return Term(version, day(on), "renegotiated", to)


def released(on: str, version: int = 2) -> Term:
    return Term(version, day(on), "released")


def place(slots: int, opened: str = "02-01", closed: str = "", number: int = 1) -> Place:
    closed_on = day(closed) if closed else None
    return Place(UUID(int=number), "internship", slots, day(opened), closed_on)


def placement(
    *days: str, end: Outcome | None = None, number: int = 1, at: int = 1, last: str = "03-16"
) -> Placement:
    """Plan it, start it, end it on the days given; planned for the 30 days from 1 March."""
    dates = [day(text) if text else None for text in days] + [None] * (3 - len(days))
    return Placement(
        UUID(int=number),
        UUID(int=at),
        "internship",
        planned_on=dates[0],
        started_on=dates[1],
        ended_on=dates[2],
        outcome=end,
        starts_on=day("03-01"),
        ends_before=day("03-31"),
        last_day=day(last),
    )


def found(
    *more: Term | Place | Placement, units: int = 3, ended: bool = False, on: str = ""
) -> Figures:
    facts = Facts(
        PROMISE,
        [made(units), *(one for one in more if isinstance(one, Term))],
        places=[one for one in more if isinstance(one, Place)],
        placements=[one for one in more if isinstance(one, Placement)],
        lapse_found_on=END if ended else None,
    )
    return figures(facts, day(on) if on else None)


def units(**counts: int) -> Figures:
    return Figures(**counts)


PLANNED = placement("02-10")
RUNNING = placement("02-10", "03-01")
COMPLETED = placement("02-10", "03-01", "03-30", end="completed")
NO_SHOW = placement("02-10", "", "03-01", end="no_show")
INTERRUPTED = placement("02-10", "03-01", "03-05", end="interrupted")


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
    assert figures(Facts(PROMISE, [made(1)], [Act(UUID(int=1), day("02-01"), "internship")])) == (
        units(promised=1, remaining=1, extra=1)
    )


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
def test_a_cut_takes_what_remains_and_nothing_that_is_open(change: Term, expected: Figures) -> None:
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
    facts = Facts(PROMISE, [made(3)], [], END, [place(3)], [late])

    assert found(place(3), late, on="08-04") == units(promised=3, open=1, lapsed=2)
    assert figures(facts) == units(promised=3, lapsed=3)
    assert lapse_day(facts, PROMISE) == day("08-05")
    assert lapse_day(Facts(PROMISE, [made(3)], [], END, [place(3)], [RUNNING]), PROMISE) == END


def test_what_came_before_its_promise_is_told_in_its_turn() -> None:
    facts = Facts(PROMISE, [made(3)], [], None, [place(2, closed="04-01")], [COMPLETED])

    told = [(on and f"{on:%m-%d}", now.open, now.kept) for now, on in one_by_one(facts)]

    assert told == [
        (None, 0, 0),
        ("02-01", 2, 0),
        ("02-10", 2, 0),
        ("03-01", 2, 0),
        ("03-30", 1, 1),
        ("04-01", 0, 1),
    ]


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
def test_whatever_is_heard_of_one_placement_the_units_add_up(change: Term | None) -> None:
    terms = [made(2), *([change] if change else [])]
    for at, one in every_course():
        facts = Facts(PROMISE, terms, [], END, [at], [one])
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
