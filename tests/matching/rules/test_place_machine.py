"""The life of a place, walked: what each role may do in each state, and that somebody is next."""

from datetime import date, timedelta

import pytest
from tests.support.machines import (
    allows_what_the_table_says_and_nothing_else,
    every_state_is_reached,
    waits_for_somebody_until_the_end,
)

from matching import profiles
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

# Written a second time, by hand: state, act, roles, state. "-" is before the beginning.
MAY = """
    -             offer           contact_person,coordinator         under_review
    under_review  ask_union       coordinator                        under_review
    under_review  note_statement  coordinator                        under_review
    under_review  open            coordinator                        open
    open          refresh         contact_person,coordinator         open
    full          refresh         contact_person,coordinator         full
    paused        refresh         contact_person,coordinator         paused
    open          pause           contact_person,coordinator,system  paused
    full          pause           contact_person,coordinator,system  paused
    paused        pause           contact_person,coordinator,system  paused
    paused        lift            contact_person,coordinator,system  paused
    paused        resume          contact_person,coordinator,system  open
    open          fill            system                             full
    full          free            system                             open
    under_review  close           contact_person,coordinator         closed
    open          close           contact_person,coordinator         closed
    full          close           contact_person,coordinator         closed
    paused        close           contact_person,coordinator         closed
    under_review  end             system                             closed
    open          end             system                             closed
    full          end             system                             closed
    paused        end             system                             closed"""


def test_each_role_may_do_in_each_state_what_the_table_says_and_nothing_else() -> None:
    allows_what_the_table_says_and_nothing_else(PLACE, MAY)


def test_no_state_is_without_owner_next_action_and_deadline_unless_it_is_the_end() -> None:
    waits_for_somebody_until_the_end(PLACE, profiles.Deadlines.model_fields)


def test_every_state_is_reached_and_the_end_is_never_left() -> None:
    every_state_is_reached(PLACE)
    assert not [step for step in PLACE.steps.values() if step.start == "closed"]


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
