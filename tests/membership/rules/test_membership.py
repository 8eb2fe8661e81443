"""Who may come near a membership, in which order acts lie, and what a declaration says."""

from datetime import date
from itertools import product
from uuid import uuid4

import pytest

from membership.rules.membership import STAFF, check_order, check_values, may_touch
from shared.machines import NotAllowed, Unfit

OWN, OTHER = uuid4(), uuid4()
VALUES = ("non_discrimination", "gender_equality", "equality", "human_rights")


@pytest.mark.parametrize("role", [*STAFF, "signatory", "union", "participant"])
def test_with_an_organisation_one_reaches_that_and_without_one_only_staff_reaches_any(
    role: str,
) -> None:
    assert may_touch(role, OWN, OWN)
    assert not may_touch(role, OTHER, OWN)
    assert may_touch(role, None, OWN) == (role in STAFF)


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
