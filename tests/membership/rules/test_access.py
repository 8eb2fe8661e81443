"""Who may come near a member, its contacts and its promises: each role, as staff or employer."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from tests.support.machines import ROLES, Calls

from membership.rules import access
from shared.machines import NotFound

OWN, OTHER = uuid4(), uuid4()
EMPLOYERS = {"signatory", "contact_person"}
STAFF = {"coordinator", "vetting_officer", "decider", "system"}


def admits(check: Callable[..., None], *asked: object) -> bool:
    try:
        check(*asked)
    except NotFound:
        return False
    return True


@pytest.mark.parametrize("role", ROLES.split())
def test_employers_reach_their_own_organisation_and_staff_any_but_never_with_one_of_their_own(
    role: str,
) -> None:
    own, none = Calls(role, OWN), Calls(role)
    assert access.may_touch(own, OWN) == access.may_list(own) == (role in EMPLOYERS)
    assert not access.may_touch(own, OTHER)
    assert access.may_touch(none, OWN) == access.may_list(none) == (role in STAFF)
    assert (access.is_staff(own), access.is_staff(none)) == (False, role in STAFF)
    assert (access.coordinates(own), access.coordinates(none)) == (False, role == "coordinator")


@pytest.mark.parametrize("role", ROLES.split())
def test_an_employer_names_its_own_people_and_a_coordinator_everybody(role: str) -> None:
    employer, coordinator = role in EMPLOYERS, role == "coordinator"
    expected: dict[tuple[UUID | None, UUID | None], bool] = {
        (OWN, OWN): employer,
        (OWN, OTHER): False,
        (OWN, None): False,
        (None, OWN): coordinator,
        (None, None): coordinator,
    }
    for (own, organisation), may in expected.items():
        assert admits(access.check_names, Calls(role, own), organisation) is may


@pytest.mark.parametrize("role", ROLES.split())
def test_coordinators_and_the_system_tell_everybody_again(role: str) -> None:
    assert admits(access.check_tells_again, Calls(role)) is (role in {"coordinator", "system"})
    assert not admits(access.check_tells_again, Calls(role, OWN))


@pytest.mark.parametrize("role", ROLES.split())
def test_whoever_vets_decides_or_coordinates_sees_what_looks_odd(role: str) -> None:
    assert access.looks_twice(Calls(role)) is (role in STAFF - {"system"})
    assert not access.looks_twice(Calls(role, OWN))


@pytest.mark.parametrize("role", ROLES.split())
def test_what_comes_of_a_promise_of_people_is_followed_by_the_coordinator_alone(role: str) -> None:
    assert access.may_follow(Calls(role), "placement") is (role == "coordinator")
    assert access.may_follow(Calls(role, OWN), "placement") is False
    assert access.may_follow(Calls(role, OWN), "activity")
