"""Reports: sums that agree with each other, on any day."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from uuid import UUID

import pytest

from followup.reports import (
    Commitment,
    Membership,
    Seen,
    Units,
    counted,
    member_report,
    month_ends,
    network_report,
)
from followup.rules.facts import Activity, Facts, Promise, Revision
from followup.rules.ledger import Figures, total
from followup.rules.masking import persons, placements
from followup.rules.member import Milestones

TODAY = date(2026, 11, 22)
PLACED = placements({"planned": 6, "running": 12, "completed": 40, "no_show": 2})
PEOPLE = Seen(TODAY, PLACED, persons(50, 38, PLACED))
MEMBER = Membership(UUID(int=1), "business", "small", Milestones(member=date(2026, 1, 1)))
ASKED = Membership(UUID(int=2), "public", "large", Milestones(applied=date(2026, 6, 1)))


def as_of(*day: int) -> Seen:
    return replace(PEOPLE, as_of=date(*day))


def whole(**units: int) -> Units:
    """Give units of which all is shown."""
    return Units(**asdict(Figures(**units)))


def added_up(several: Iterable[Units]) -> Units:
    return whole(**asdict(total(Figures(**asdict(units)) for units in several)))


def commitment(number: int, sector: str, offer: str, units: int, *held: str) -> Commitment:
    kept_by = "placement" if offer == "internship" else "activity"
    promise = Promise(offer, kept_by, date(2026, 1, 1), date(2026, 7, 1))
    activities = [
        Activity(UUID(int=n), date.fromisoformat(day), offer) for n, day in enumerate(held)
    ]
    facts = Facts(
        promise, [Revision(1, date(2026, 1, 15), "made", units)], activities, date(2026, 7, 1)
    )
    return Commitment(UUID(int=number), sector, promise, facts)


VISITS = commitment(1, "business", "study_visit", 3, "2026-02-10", "2026-06-30")
PLACES = commitment(2, "business", "internship", 5)
TALKS = commitment(3, "unknown", "lecture", 1, "2026-03-01", "2026-03-02")
ALL = [VISITS, PLACES, TALKS]
REPORT = network_report("jobbpakten", [MEMBER, ASKED], ALL, PEOPLE)


def test_the_total_is_the_sum_of_every_breakdown() -> None:
    assert whole(promised=9, kept=3, lapsed=6, extra=1) == REPORT.total
    for groups in (REPORT.by_offer, REPORT.by_sector):
        assert added_up(group.figures for group in groups) == REPORT.total
        assert sum(group.commitments for group in groups) == len(ALL)


def test_all_three_sectors_are_named_even_with_nothing() -> None:
    codes = [(group.code, group.commitments) for group in REPORT.by_sector]

    assert codes == [("business", 2), ("civil_society", 0), ("public", 0), ("unknown", 1)]
    assert all(list(c.by_sector) == ["business", "civil_society", "public"] for c in REPORT.members)


def test_members_are_counted_by_state_and_sector() -> None:
    counts = [(count.state, count.by_sector["business"], count.total) for count in REPORT.members]

    assert counts == [("member", 1, 1), ("applied", 0, 1)]
    assert counted([ASKED], date(2026, 5, 31)) == []


def test_the_months_of_the_year_end_with_the_figures_of_now() -> None:
    days = [moment.day.isoformat() for moment in REPORT.months]

    assert (days[0], days[-2:], len(days)) == ("2025-12-31", ["2026-10-31", "2026-11-22"], 12)
    assert [moment.figures.kept for moment in REPORT.months] == [0, 0, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3]
    assert [moment.figures.lapsed for moment in REPORT.months][6:8] == [0, 6]
    assert REPORT.months[-1].figures == REPORT.total


def test_a_report_of_an_earlier_day_knows_nothing_of_what_came_later() -> None:
    report = network_report(
        "jobbpakten", [MEMBER, ASKED], ALL, as_of(2026, 2, 28), date(2026, 2, 28)
    )

    assert report.total == whole(promised=9, remaining=8, kept=1)
    assert report.months[-1].day == date(2026, 2, 28)
    assert [count.state for count in report.members] == ["member"]


def test_before_the_first_promise_there_is_nothing_to_group() -> None:
    report = network_report("jobbpakten", [MEMBER], ALL, as_of(2026, 1, 14), date(2026, 1, 14))

    assert (report.total, report.by_offer) == (whole(), [])


def test_a_report_says_since_when_it_counts() -> None:
    later = replace(VISITS.facts, revisions=[Revision(1, date(2026, 3, 9), "made", 3)])

    assert (REPORT.since, REPORT.day) == (date(2026, 1, 1), TODAY)
    assert network_report("jobbpakten", [], [], PEOPLE).since is None
    before = as_of(2026, 1, 14), date(2026, 1, 14)
    assert member_report("jobbpakten", MEMBER, ALL, *before).since is None
    one = [replace(VISITS, facts=later)]
    assert member_report("jobbpakten", MEMBER, one, PEOPLE).since == date(2026, 3, 1)


def test_a_member_sees_each_of_its_promises() -> None:
    report = member_report("jobbpakten", MEMBER, [VISITS, PLACES], PEOPLE)

    assert [(line.offer, line.figures.promised) for line in report.commitments] == [
        ("study_visit", 3),
        ("internship", 5),
    ]
    assert report.total == added_up(line.figures for line in report.commitments)
    assert (report.state, report.sector) == ("member", "business")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 31), ["2026-01-31", "2026-02-28"]),
        (date(2026, 1, 1), ["2025-11-30", "2025-12-31"]),
        (date(2024, 3, 1), ["2024-01-31", "2024-02-29"]),
    ],
)
def test_the_last_days_of_months(day: date, expected: list[str]) -> None:
    assert [end.isoformat() for end in month_ends(day, 2)] == expected
