"""Who may read what came of a member's promises, and who is staff."""

from uuid import UUID

import pytest
from tests.support.machines import ROLES, Calls

from followup.rules.access import is_staff, may_read

OWN, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("role", "organisation", "own", "expected"),
    [
        ("coordinator", None, OWN, True),
        ("coordinator", None, None, True),
        ("coordinator", OWN, OWN, False),
        ("coordinator", OTHER, OWN, False),
        ("signatory", OWN, OWN, True),
        ("contact_person", OWN, OWN, True),
        ("signatory", OTHER, OWN, False),
        ("signatory", None, None, False),
        ("signatory", OWN, None, False),
        ("supervisor", OWN, OWN, False),
        ("participant", OWN, OWN, False),
        ("decider", None, OWN, False),
    ],
)
def test_who_may_read_what_came_of_a_members_promises(
    role: str, organisation: UUID | None, own: UUID | None, expected: object
) -> None:
    assert may_read(Calls(role, organisation), own) is expected


@pytest.mark.parametrize("role", ROLES.split())
def test_coordinators_are_staff_unless_they_call_for_an_organisation(role: str) -> None:
    assert is_staff(Calls(role)) is (role == "coordinator")
    assert is_staff(Calls(role, OWN)) is False
