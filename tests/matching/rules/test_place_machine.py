"""The life of a place beside its machine: when it takes matches, who lifts what, when it is due."""

from datetime import date, timedelta

import pytest

from matching.rules.place import (
    GROUNDS,
    LIFTS,
    LIVING,
    PLACE,
    STALE,
    accepts_matches,
    due_day,
    liftable,
)
from shared.machines import NotAllowed


def test_the_tables_beside_the_machine_name_its_states() -> None:
    assert set(LIVING) == set(PLACE.states) - {"under_review", "closed"}
    assert set(STALE) < set(LIVING)
    assert set(GROUNDS) == set(LIFTS)


def test_only_an_open_place_that_nothing_pauses_and_that_isnt_over_takes_matches() -> None:
    over = date(2026, 7, 1)
    accepting = [
        (state, tuple(grounds), today)
        for state in PLACE.states
        for grounds in ([], ["employer"], ["employer", "member_suspended"])
        for today in (over - timedelta(days=1), over, over + timedelta(days=1))
        if accepts_matches(state, grounds, over, today)
    ]
    assert accepting == [("open", (), over - timedelta(days=1))]


LIFTED = """
    employer                                 -             contact_person  employer
    employer                                 employer      coordinator     employer
    employer                                 unresponsive  coordinator     not_paused_for_this
    employer,unresponsive                    -             contact_person  employer,unresponsive
    employer,unresponsive                    unresponsive  contact_person  unresponsive
    employer,member_suspended                -             coordinator     employer
    employer,member_suspended,unresponsive   -             contact_person  employer,unresponsive
    member_suspended                         -             coordinator     not_paused_for_this
    member_suspended                         member_suspended  coordinator  not_yours_to_lift
    member_suspended                         member_suspended  system  member_suspended
    unresponsive                             employer      contact_person  not_paused_for_this"""


@pytest.mark.parametrize("line", [line for line in LIFTED.split("\n") if line])
def test_who_lifts_which_ground(line: str) -> None:
    paused_for, ground, role, expected = line.replace(" - ", " ? ").split()
    try:
        lifted = liftable(paused_for.split(","), None if ground == "?" else ground, role)
    except NotAllowed as refused:
        lifted = [refused.code]
    assert lifted == expected.split(",")


def test_a_place_is_due_by_its_limit_but_never_after_its_last_day() -> None:
    limit, ends_before = date(2026, 6, 1), date(2026, 7, 1)
    assert due_day("open", limit, ends_before) == limit
    assert due_day("open", limit, date(2026, 5, 1)) == date(2026, 4, 30)
    assert due_day("full", limit, ends_before) == date(2026, 6, 30)
    assert due_day("closed", None, ends_before) is None
