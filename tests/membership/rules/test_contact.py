"""How many are named, and when they are forgotten."""

from datetime import date

import pytest

from membership.rules.contact import (
    check_language,
    check_open,
    check_room,
    ended_before,
)
from membership.rules.membership import MEMBERSHIP
from shared.machines import NotAllowed, Unfit


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
