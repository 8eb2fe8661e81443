"""Whoever keeps all that is published for two years learns of nobody, whatever she computes.

Each of 200 small networks is tried twice. A solver is given its tables. And another world is shown
that publishes the very same, in which every count and every move of people is nought or at least
five: a count under five can't follow from what is published, for there it is another one.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import pytest
from tests.followup.support.small_networks import (
    END,
    MONTHS,
    START,
    Ending,
    endings,
    published,
    report,
    sizes,
    step_by_step,
    tables,
)
from tests.followup.support.solving import recovered

from followup.reports import Commitment, Seen, network_report
from followup.rules.facts import Facts, Placement, Promise, Revision
from followup.rules.masking import persons, placements

NETWORKS = 200


def moves(several: Iterable[Ending], but: int = 0) -> Counter[tuple[date, str, str]]:
    """Count whose placements ended in each month, in every way in which they can be told apart."""
    found = Counter[tuple[date, str, str]]()
    for one in several:
        if one.employer != but:
            month = max(one.on, one.told_by)
            ways = {
                ("outcome", one.kind.outcome),
                ("kept", one.kind.of),
                ("all", ""),
                ("first", str(one.kind.is_first)),
            }
            found.update((month, *way) for way in ways)
    return found


def test_a_solver_recovers_no_count_under_five_of_two_hundred_networks() -> None:
    shown = 0
    for seed in range(NETWORKS):
        found = tables(endings(seed))
        shown += bool(found[-1].placements.total.count)
        assert recovered(found) == {}, seed

    assert shown > NETWORKS / 3


@pytest.mark.parametrize("knows", ["nobody", "her own"])
def test_another_world_publishes_the_same_without_any_count_under_five(knows: str) -> None:
    small = 0
    for seed in range(NETWORKS):
        several = endings(seed)
        counted = published(several)
        readers = {one.employer for one in several} if knows == "her own" else {0}
        for reader in readers:
            other = step_by_step(several, counted, reader)
            own = [one for one in several if one.employer == reader]
            theirs = [one for one in other if one.employer == reader]

            assert sizes(other, published(other)) == sizes(several, counted)
            assert published(theirs, for_all=False) == published(own, for_all=False)
            assert min(moves(other, reader).values(), default=5) >= 5
            small += sum(0 < move < 5 for move in moves(several, reader).values())

    assert small > NETWORKS


def test_a_report_is_the_same_however_often_and_late_it_is_asked_for() -> None:
    """What is told late of a closed month leaves its table as it was."""
    for seed in range(50):
        several = endings(seed)
        counted = published(several)
        for month in MONTHS[6::6]:
            early = [one for one in several if one.told_by <= month]
            then = {number: at for number, at in published(early).items() if at <= month}
            assert then == {number: at for number, at in counted.items() if at <= month}


def test_the_solver_finds_what_stood_on_the_page_before() -> None:
    """Seven units were kept, five placements were completed: two units were kept in part."""
    promise = Promise("internship", "placement", START, END)
    ended = [
        Placement(
            UUID(int=number),
            offer="internship",
            planned_on=START,
            started_on=START,
            ended_on=date(2025, 6, 30),
            outcome="completed" if number < 5 else "partly_completed",
            starts_on=START,
            ends_before=date(2025, 7, 1),
            last_day=date(2025, 6, 30),
        )
        for number in range(7)
    ]
    facts = Facts(promise, [Revision(1, START, "made", 20)], placements=ended)
    among = placements({"completed": 5, "partly_completed": 2, "no_show": 3})
    seen = Seen(date(2025, 6, 30), among, persons(7, 5, among))
    before = network_report(
        "small", [], [Commitment(UUID(int=1), "business", promise, facts)], seen, seen.as_of
    )

    assert recovered([before])[0, "partly_completed", "internship"] == 2


def test_the_solver_finds_a_move_of_two_between_months() -> None:
    several = endings(7)
    shown = sizes(several, published(several))
    fewer = [one._replace(size=one.size - 2) for one in shown]
    day = MONTHS[-1]

    assert recovered([report(several, fewer, day), report(several, shown, day)])
