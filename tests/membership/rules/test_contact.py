"""Who names whom, how many, and when they are forgotten."""

from datetime import date
from uuid import uuid4

import pytest
from tests.support.machines import ROLES

from membership.rules.contact import (
    check_language,
    check_may_name,
    check_may_tell_again,
    check_open,
    check_room,
    ended_before,
)
from membership.rules.membership import MEMBERSHIP
from shared.machines import NotAllowed, NotFound, Unfit

OWN, OTHER = uuid4(), uuid4()


@pytest.mark.parametrize("role", ROLES.split())
def test_an_employer_names_its_own_people_and_a_coordinator_everybody(role: str) -> None:
    employer, coordinator = role in {"signatory", "contact_person"}, role == "coordinator"
    for own, organisation, may in (
        (OWN, OWN, employer),
        (OWN, OTHER, False),
        (OWN, None, False),
        (None, OWN, coordinator),
        (None, None, coordinator),
    ):
        if may:
            check_may_name(role, own, organisation)
        else:
            with pytest.raises(NotFound):
                check_may_name(role, own, organisation)


@pytest.mark.parametrize("role", ROLES.split())
def test_coordinators_and_the_system_tell_everybody_again(role: str) -> None:
    if role in {"coordinator", "system"}:
        check_may_tell_again(role, None)
        with pytest.raises(NotFound):
            check_may_tell_again(role, OWN)
    else:
        with pytest.raises(NotFound):
            check_may_tell_again(role, None)


def test_contacts_are_named_until_the_membership_has_ended() -> None:
    for state in MEMBERSHIP.states.values():
        if state.terminal:
            with pytest.raises(NotAllowed):
                check_open(state.name)
        else:
            check_open(state.name)


def test_an_organisation_has_at_most_fifty_contacts() -> None:
    check_room(49)
    with pytest.raises(NotAllowed):
        check_room(50)


def test_a_language_is_one_of_the_network_s() -> None:
    check_language("sv", ["sv", "en"])
    with pytest.raises(Unfit):
        check_language("fi", ["sv", "en"])


def test_contacts_are_kept_for_a_while_after_the_end() -> None:
    assert ended_before(date(2026, 3, 31)) == date(2026, 3, 1)
