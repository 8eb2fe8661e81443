"""Who may come near a place, a match, a placement: each role, unit and employer."""

from uuid import UUID, uuid4

import pytest
from tests.support.machines import ROLES, Calls

from matching.rules import access
from shared.machines import NotFound

OWN, OTHER = uuid4(), uuid4()
UNITS = {"city", "north"}  # those that have candidates


@pytest.mark.parametrize("role", ROLES.split())
@pytest.mark.parametrize("organisation", [None, OWN, OTHER], ids=["none", "own", "other"])
@pytest.mark.parametrize("unit", ["", "city", "north", "office"])
def test_who_is_near_what(role: str, organisation: UUID | None, unit: str) -> None:
    actor, staff = Calls(role, organisation, unit), organisation is None
    caseworker, coordinator = (staff and role == one for one in ("caseworker", "coordinator"))
    employer = role == "contact_person" and not staff
    case, own = caseworker and unit == "city", employer and organisation == OWN
    decider = staff and role == "decider"
    of_hers: dict[str, set[str]] = {"": UNITS, "city": {"city"}, "north": {"north"}}
    of_hers |= {"office": UNITS}
    assert {
        "cases": access.has_cases(actor),
        "case": access.has_case(actor, "city"),
        "employer": access.employer_of(actor),
        "own": access.is_at(actor, OWN),
        "coordinates": access.coordinates(actor),
        "decides": access.decides(actor),
        "decides for": access.decides_for(actor, UNITS),
        "rules": access.knows_all_rules(actor),
        "places": access.may_list_places(actor),
        "place": access.may_touch_place(actor, OWN),
        "placement": access.may_see_placement(actor, "city", OWN),
    } == {
        "cases": caseworker and unit != "",
        "case": case,
        "employer": organisation if employer else None,
        "own": own,
        "coordinates": coordinator,
        "decides": decider,
        "decides for": of_hers[unit] if decider else set(),
        "rules": caseworker or coordinator or decider,
        "places": employer or caseworker or coordinator,
        "place": own or caseworker or coordinator,
        "placement": own or case or coordinator,
    }


@pytest.mark.parametrize("role", ROLES.split())
def test_coordinators_and_the_system_tell_everybody_again(role: str) -> None:
    may = role in {"coordinator", "system"}
    for organisation in (None, OWN):
        try:
            access.check_tells_again(Calls(role, organisation))
        except NotFound:
            assert organisation or not may
        else:
            assert may
            assert organisation is None
