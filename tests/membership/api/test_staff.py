"""The municipality's staff over HTTP: named by coordinators, by unit, in one network."""

from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from tests.membership.api.test_contact import heard
from tests.membership.conftest import Membership

from membership.settings import Settings

MAJ = {"name": "Maj Berg", "email": "maj.berg@uppsala.example", "language": "sv"}
CASEWORKER = MAJ | {"role": "caseworker", "unit": "jobbcenter_city"}


async def test_a_coordinator_names_sees_and_removes_staff_by_unit(membership: Membership) -> None:
    answer = await membership.good("POST", "/staff", "coordinator", CASEWORKER)
    staff_id = answer["contact_id"]
    assert answer == {
        "contact_id": staff_id,
        "role": "caseworker",
        "unit": "jobbcenter_city",
        "language": "sv",
        "named_on": "2026-03-02",
    }
    known = {"name": MAJ["name"], "email": MAJ["email"]}
    assert await membership.good("GET", "/staff", "coordinator") == [answer | known]
    (key, _, event) = (await heard(membership))[0]
    assert (key, event["role"], event["of"]) == (staff_id, "caseworker", "jobbcenter_city")

    moved = MAJ | {"email": "maj@uppsala.example"}
    await membership.good("PUT", f"/staff/{staff_id}", "coordinator", moved)
    assert (await heard(membership))[-1][2]["sealed"].address == "maj@uppsala.example"
    assert (await membership.call("DELETE", f"/staff/{staff_id}", "coordinator")).is_success
    assert await membership.good("GET", "/staff", "coordinator") == []
    assert (await heard(membership))[-1][2] is None


async def test_nobody_else_names_sees_or_removes_staff(membership: Membership) -> None:
    answer = await membership.good("POST", "/staff", "coordinator", CASEWORKER)
    one = f"/staff/{answer['contact_id']}"
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/staff", None),
        ("POST", "/staff", CASEWORKER),
        ("PUT", one, MAJ),
        ("DELETE", one, None),
    ]
    for method, path, body in calls:
        for role, claims in (
            ("caseworker", {}),
            ("decider", {}),
            ("vetting_officer", {}),
            ("system", {}),
            ("signatory", {"organisation": uuid4()}),
            ("coordinator", {"organisation": uuid4()}),
        ):
            refused = await membership.call(method, path, role, body, **claims)
            assert refused.status_code == 404, (method, role)


async def test_a_contact_is_no_staff_and_staff_is_no_contact(membership: Membership) -> None:
    member = await membership.applied()
    contacts = f"/members/{member['membership_id']}/contacts"
    contact = await membership.good("POST", contacts, "coordinator", MAJ | {"role": "supervisor"})
    staff = await membership.good("POST", "/staff", "coordinator", CASEWORKER)
    for path in (f"/staff/{contact['contact_id']}", f"{contacts}/{staff['contact_id']}"):
        assert (await membership.call("DELETE", path, "coordinator")).status_code == 404
        assert (await membership.call("PUT", path, "coordinator", MAJ)).status_code == 404


async def test_the_clock_forgets_no_staff_though_there_is_no_member(
    membership: Membership,
) -> None:
    await membership.good("POST", "/staff", "coordinator", CASEWORKER)
    await membership.set_the_day(date(2027, 3, 2))

    assert await membership.do_what_is_due() == 0
    assert len(await membership.good("GET", "/staff", "coordinator")) == 1
    assert (await heard(membership))[-1][2] is not None


async def test_an_odd_unit_or_role_is_refused(membership: Membership) -> None:
    for field, odd in (
        ("unit", ""),
        ("unit", "AMF-2"),
        ("unit", "jobbcenter city"),
        ("unit", "890102-3286"),
        ("role", "signatory"),
    ):
        body = CASEWORKER | {field: odd}
        answer = await membership.call("POST", "/staff", "coordinator", body)
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]


async def test_each_network_has_staff_of_its_own(of_two: Membership) -> None:
    named = await of_two.good("POST", "/staff", "coordinator", CASEWORKER)
    of_two.network = "grannpakten"
    other = {"networks": ["grannpakten"]}
    assert await of_two.good("GET", "/staff", "coordinator", **other) == []
    path = f"/staff/{named['contact_id']}"
    assert (await of_two.call("DELETE", path, "coordinator", **other)).status_code == 404
    told = await of_two.good("POST", "/contacts/retelling", "coordinator", {}, **other)
    assert told == {"told": 0}


async def test_whom_one_network_has_named_another_names_too_and_learns_nothing(
    of_two: Membership,
) -> None:
    first = await of_two.good("POST", "/staff", "coordinator", CASEWORKER)
    of_two.network, other = "grannpakten", {"networks": ["grannpakten"]}
    second = await of_two.good("POST", "/staff", "coordinator", CASEWORKER, **other)
    assert second["contact_id"] != first["contact_id"]
    again = await of_two.call("POST", "/staff", "coordinator", CASEWORKER, **other)
    assert (again.status_code, again.json()["code"]) == (409, "already_named")


async def test_whom_an_earlier_release_named_is_not_named_twice_either(of_two: Membership) -> None:
    staff_id = (await of_two.good("POST", "/staff", "coordinator", CASEWORKER))["contact_id"]
    async with of_two.database.transaction() as tx:
        vault = tx.own(Settings).vault
        alike = vault.index("contact jobbcenter_city caseworker maj.berg@uppsala.example")
        old = text("UPDATE contacts SET alike = :alike").bindparams(alike=alike)
        assert (await (await tx.connection()).execute(old)).rowcount == 1
    again = await of_two.call("POST", "/staff", "coordinator", CASEWORKER)
    assert (again.status_code, again.json()["code"]) == (409, "already_named")
    await of_two.good("PUT", f"/staff/{staff_id}", "coordinator", MAJ)
    again = await of_two.call("POST", "/staff", "coordinator", CASEWORKER)
    assert again.status_code == 409
    of_two.network, other = "grannpakten", {"networks": ["grannpakten"]}
    await of_two.good("POST", "/staff", "coordinator", CASEWORKER, **other)
