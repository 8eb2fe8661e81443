"""Which of the staff sees which notice."""

from uuid import uuid4

import pytest
from tests.support.machines import ROLES, Calls

from notifications.rules.access import check_staff, coordinates, may_see
from shared.machines import NotFound


@pytest.mark.parametrize("role", ROLES.split())
def test_coordinators_see_all_and_caseworkers_their_units(role: str) -> None:
    all_of_them, units = role == "coordinator", role == "caseworker"
    assert coordinates(Calls(role)) is all_of_them
    assert may_see(Calls(role, unit="city"), "city") is (all_of_them or units)
    for of_caller, of_notice in (("city", "north"), ("city", None), ("", None), ("", "")):
        assert may_see(Calls(role, unit=of_caller), of_notice) is all_of_them


@pytest.mark.parametrize("role", ROLES.split())
def test_whoever_calls_for_an_organisation_is_no_staff(role: str) -> None:
    for organisation in (None, uuid4()):
        if role in {"coordinator", "caseworker"} and not organisation:
            check_staff(Calls(role, organisation))
        else:
            with pytest.raises(NotFound):
                check_staff(Calls(role, organisation))
