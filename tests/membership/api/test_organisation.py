"""Duplicates and odd names: said to the applicant as a code, to staff by id."""

from typing import Any

from tests.membership.conftest import NUMBER, OTHER_NUMBER, Membership
from tests.support.machines import ROLES


async def test_an_applicant_hears_codes_and_staff_which_organisations_are_meant(
    membership: Membership,
) -> None:
    first = await membership.applied(name="Törnestam Bygg AB")
    second = await membership.applied(number=OTHER_NUMBER, name="Törnеstam Bygg")
    arabic = await membership.applied(number="802000-0009", name="مخبز النور")

    assert first["warnings"] == arabic["warnings"] == []
    assert second["warnings"] == ["mixed_letters", "near_duplicate"]
    found = await membership.good("GET", "/organisations/findings", "coordinator")
    ids = {frozenset(one["organisation_ids"]): one["code"] for one in found}
    assert ids == {
        frozenset([first["organisation_id"], second["organisation_id"]]): "near_duplicate",
        frozenset([second["organisation_id"]]): "mixed_letters",
    }


async def test_an_organisation_s_name_is_stored_tidied(membership: Membership) -> None:
    member = await membership.applied(name=" Ba\u200dgeriet\n A\u200d\u030angen \u2800 AB ")
    assert (await membership.as_member(member, "GET", ""))["name"] == "Bageriet \u00c5ngen AB"


async def test_one_number_is_one_organisation_under_the_name_it_came_with_first(
    membership: Membership,
) -> None:
    first = await membership.applied(name="Bageriet")
    await membership.as_member(first, "POST", "/withdrawal", {})
    own = first["organisation_id"]
    again = await membership.applied(
        number=NUMBER.replace("-", ""), name="Konditoriet", organisation=own
    )

    assert again["organisation_id"] == first["organisation_id"]
    assert again["warnings"] == ["known_by_another_name"]
    assert (await membership.as_member(again, "GET", ""))["name"] == "Bageriet"


async def test_an_organisation_is_as_large_as_it_last_said_itself(membership: Membership) -> None:
    first = await membership.applied()
    await membership.as_member(first, "POST", "/withdrawal", {})
    grown: Any = {"employees": 300, "sector": "public", "municipal_unit": True}
    again = await membership.applied(organisation=first["organisation_id"], **grown)

    found = await membership.as_member(again, "GET", "")
    now = ("large", "public", True)
    assert (found["size"], found["sector"], found["municipal_unit"]) == now
    told = (await membership.told_in_full())[-1][2]
    assert (told["size"], told["sector"]) == now[:2]


async def test_findings_are_for_whoever_vets_decides_or_coordinates(membership: Membership) -> None:
    own = {"organisation": (await membership.applied())["organisation_id"]}
    for role in ROLES.split():
        staff = role in {"coordinator", "vetting_officer", "decider"}
        for claims, seen in (({}, staff), (own, False)):
            answer = await membership.call("GET", "/organisations/findings", role, **claims)
            assert answer.status_code == (200 if seen else 404), (role, claims)
