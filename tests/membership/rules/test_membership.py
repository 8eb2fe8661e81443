"""Who may come near a membership, in which order acts lie, and what a declaration says."""

from datetime import date
from itertools import product
from uuid import uuid4

import pytest

from membership.rules.membership import (
    EMPLOYER,
    STAFF,
    check_recent,
    check_values,
    may_list,
    may_touch,
)
from shared.machines import NotAllowed, Unfit, check_order

OWN, OTHER = uuid4(), uuid4()
VALUES = ("non_discrimination", "gender_equality", "equality", "human_rights")


@pytest.mark.parametrize(
    "role",
    [*sorted(STAFF), "signatory", "contact_person", "supervisor", "mentor", "participant", "union"],
)
def test_employers_reach_their_own_organisation_and_staff_any_but_never_with_one_of_their_own(
    role: str,
) -> None:
    assert may_touch(role, OWN, OWN) == may_list(role, OWN) == (role in EMPLOYER)
    assert not may_touch(role, OTHER, OWN)
    assert may_touch(role, None, OWN) == may_list(role, None) == (role in STAFF)


def test_nobody_is_both_employer_and_staff() -> None:
    assert not EMPLOYER & STAFF


def test_an_application_is_recorded_within_a_month() -> None:
    check_recent(date(2026, 1, 30), date(2026, 3, 2))
    with pytest.raises(Unfit) as unfit:
        check_recent(date(2026, 1, 29), date(2026, 3, 2))
    assert (unfit.value.pointer, unfit.value.code) == ("/applied_on", "too_long_ago")


def test_an_act_never_lies_before_what_it_builds_on() -> None:
    day = date(2026, 3, 2)
    check_order(day, day)
    check_order(day, None)
    with pytest.raises(NotAllowed, match="before"):
        check_order(day, date(2026, 3, 3))


@pytest.mark.parametrize("said", [*product([True, False], repeat=4)])
def test_a_declaration_stands_when_all_four_values_are_said(said: tuple[bool, ...]) -> None:
    stands_behind = dict(zip(VALUES, said, strict=True))
    if all(said):
        check_values(stands_behind)
        return
    with pytest.raises(Unfit) as unfit:
        check_values(stands_behind)
    assert unfit.value.pointer == f"/{VALUES[said.index(False)]}"
