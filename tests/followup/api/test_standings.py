"""Where a member stands on a day."""

from datetime import date, timedelta

import pytest
from tests.followup.support.facts import END, START

from followup.rules.member import Milestones, state


@pytest.mark.parametrize(
    ("days", "on", "expected"),
    [
        (Milestones(applied=START), START, "applied"),
        (Milestones(applied=START), START - timedelta(days=1), None),
        (Milestones(applied=START, in_vetting=START), START, "in_vetting"),
        (Milestones(applied=START, rejected=END), END, "rejected"),
        (Milestones(applied=START, rejected=END), START, "applied"),
        (Milestones(approved=START, member=END), START, "approved"),
        (Milestones(member=END), END, "member"),
        (Milestones(in_vetting=START, withdrawn=END), END, "withdrawn"),
        (Milestones(approved=START, lapsed=END), END, "lapsed"),
        (Milestones(approved=START, lapsed=END), START, "approved"),
    ],
)
def test_where_a_member_stands(days: Milestones, on: date, expected: str | None) -> None:
    assert state(days, on) == expected


DAYS = [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]


@pytest.mark.parametrize(
    ("suspensions", "expected"),
    [
        ([], ["member", "member", "member"]),
        ([(DAYS[0], True)], ["suspended", "suspended", "suspended"]),
        ([(DAYS[1], True)], ["member", "suspended", "suspended"]),
        ([(DAYS[0], True), (DAYS[1], False)], ["suspended", "member", "member"]),
        ([(DAYS[0], True), (DAYS[0], False)], ["member", "member", "member"]),
        ([(DAYS[1], True), (DAYS[0], False)], ["member", "member", "member"]),
        (
            [(DAYS[0], True), (DAYS[1], False), (DAYS[2], True)],
            ["suspended", "member", "suspended"],
        ),
    ],
)
def test_a_member_is_suspended_until_it_is_reinstated(
    suspensions: list[tuple[date, bool]], expected: list[str]
) -> None:
    assert [
        state(Milestones(member=START, suspensions=suspensions), day) for day in DAYS
    ] == expected
    assert state(Milestones(approved=START, suspensions=suspensions), DAYS[0]) == "approved"
    gone = Milestones(member=START, withdrawn=DAYS[0], suspensions=suspensions)
    assert state(gone, DAYS[0]) == "withdrawn"
