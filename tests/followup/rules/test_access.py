"""Who may read what came of a member's promises, and who is staff."""

from uuid import UUID

import pytest
from tests.support.machines import ROLES, Calls

from followup.rules.access import is_staff, may_read

OWN, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("caller", "own"),
    [
        (Calls("coordinator"), OWN),
        (Calls("coordinator"), None),
        (Calls("signatory", OWN), OWN),
        (Calls("contact_person", OWN), OWN),
    ],
)
def test_coordinators_and_its_own_people_read_what_came_of_a_members_promises(
    caller: Calls, own: UUID | None
) -> None:
    assert may_read(caller, own) is True


@pytest.mark.parametrize(
    ("caller", "own"),
    [
        (Calls("coordinator", OWN), OWN),
        (Calls("coordinator", OTHER), OWN),
        (Calls("signatory", OTHER), OWN),
        (Calls("signatory"), None),
        (Calls("signatory", OWN), None),
        (Calls("supervisor", OWN), OWN),
        (Calls("participant", OWN), OWN),
        (Calls("decider"), OWN),
    ],
)
def test_nobody_else_reads_it(caller: Calls, own: UUID | None) -> None:
    assert may_read(caller, own) is False


@pytest.mark.parametrize("role", ROLES.split())
def test_coordinators_are_staff_unless_they_call_for_an_organisation(role: str) -> None:
    assert is_staff(Calls(role)) is (role == "coordinator")
    assert is_staff(Calls(role, OWN)) is False
