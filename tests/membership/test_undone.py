"""A membership, a contact or a number that something is amiss with keeps no other waiting."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import text
from tests.membership.conftest import SOLE_TRADER, STUDY_VISITS, Membership
from tests.support.holding import held

from shared.database import Database

DAY_AFTER, LONG_AFTER = date(2026, 5, 26), date(2027, 5, 26)
CONTACT = {"role": "contact_person", "name": "Åsa Öberg", "email": "asa@example.se"}
NUMBERS = ("556000-0001", "559999-0008", "802000-0009")


async def done_by_hand(membership: Membership, sql: str, **values: Any) -> None:
    async with membership.database.transaction() as tx:
        await (await tx.connection()).execute(text(sql), values)


def said(membership: Membership) -> str:
    return membership.database.undone.said()


async def test_an_approval_that_cannot_lapse_keeps_no_other(
    membership: Membership, any_day: Callable[[Database, str], None]
) -> None:
    any_day(membership.database, "agreements")
    members = [await membership.drafted(STUDY_VISITS, number=number) for number in NUMBERS]
    ids = [one["membership_id"] for one in members]
    broken = "UPDATE agreements SET since = '%s' WHERE membership_id = '%s'"
    await done_by_hand(membership, broken % ("20000-01-01", ids[0]))
    await membership.set_the_day(DAY_AFTER)
    assert await membership.do_what_is_due() == 2
    states = [(await membership.as_member(one, "GET", ""))["state"] for one in members[1:]]
    assert states == ["lapsed"] * 2
    assert "1 memberships" in said(membership)
    await done_by_hand(membership, broken % ("2026-03-02", ids[0]))
    assert await membership.do_what_is_due() == 1
    assert said(membership) == ""


async def test_a_contact_that_cannot_be_told_again_or_forgotten_keeps_no_other(
    membership: Membership, any_day: Callable[[Database, str], None]
) -> None:
    any_day(membership.database, "contacts")
    member = await membership.applied()
    contacts = [
        await membership.as_member(
            member, "POST", "/contacts", CONTACT | {"language": "sv"} | {"email": f"{n}@example.se"}
        )
        for n in range(3)
    ]
    broken = contacts[1]["contact_id"]
    keep = "CREATE TABLE kept AS SELECT id, sealed, named_on FROM contacts"
    await done_by_hand(membership, keep)
    await done_by_hand(membership, f"UPDATE contacts SET sealed = 'x' WHERE id = '{broken}'")
    told = await membership.good("POST", "/contacts/retelling", "coordinator", {})
    assert told == {"told": 2}
    assert "1 contacts" in said(membership)
    mended = "UPDATE contacts AS c SET sealed = k.sealed FROM kept AS k WHERE k.id = c.id"
    await done_by_hand(membership, mended)
    await done_by_hand(membership, "DROP TABLE kept")
    await membership.good("POST", "/contacts/retelling", "coordinator", {})
    assert said(membership) == ""

    await membership.as_member(member, "POST", "/withdrawal", {})
    unread = f"UPDATE contacts SET named_on = '20000-01-01' WHERE id = '{broken}'"
    await done_by_hand(membership, unread)
    await membership.set_the_day(LONG_AFTER)
    assert await membership.do_what_is_due() == 2
    assert "1 contacts" in said(membership)
    await done_by_hand(membership, unread.replace("20000-01-01", "2026-03-02"))
    assert await membership.do_what_is_due() == 1
    assert said(membership) == ""


async def test_a_number_that_cannot_be_sealed_stops_no_application(membership: Membership) -> None:
    """The release before stored one in the clear again, while this one had sealed it."""
    await membership.applied(number=SOLE_TRADER)
    columns = "name, name_key, sector, size, sole_trader, municipal_unit"
    plain = f"INSERT INTO organisations (id, number, {columns}) "
    plain += f"SELECT gen_random_uuid(), '8901023286', {columns} FROM organisations"
    await done_by_hand(membership, plain)
    await membership.applied(number=NUMBERS[0])
    assert "1 organisations" in said(membership)
    assert await membership.do_what_is_due() == 0
    another = "UPDATE organisations SET number = '9001012388' WHERE sole_trader AND number <> ''"
    await done_by_hand(membership, another)
    assert await membership.do_what_is_due() == 1
    assert said(membership) == ""


async def test_lists_show_all_but_what_cannot_be_opened_or_read(membership: Membership) -> None:
    members = [await membership.applied(number=number) for number in NUMBERS]
    for name in ("ann", "bo"):
        person = CONTACT | {"name": name, "language": "sv", "email": f"{name}@example.se"}
        await membership.as_member(members[0], "POST", "/contacts", person)
        staff = person | {"role": "decider", "unit": "city", "email": f"{name}@uppsala.se"}
        await membership.good("POST", "/staff", "coordinator", staff)
    broken = "UPDATE contacts SET sealed = 'x' WHERE id IN (SELECT DISTINCT ON (unit) id"
    await done_by_hand(membership, f"{broken} FROM contacts ORDER BY unit, id)")
    state = f"WHERE id = '{members[1]['membership_id']}'"
    await done_by_hand(membership, f"UPDATE memberships SET state = 'lost' {state}")

    contacts = await membership.as_member(members[0], "GET", "/contacts")
    listed = await membership.good("GET", "/staff", "coordinator")
    for found in (contacts, listed):
        known = {(one["name"], one["email"] and one["email"][:3]) for one in found}
        assert known in ({(None, None), ("ann", "ann")}, {(None, None), ("bo", "bo@")})
    found = (await membership.good("GET", "/members", "coordinator"))["members"]
    assert [one["membership_id"] for one in found] == [
        members[number]["membership_id"] for number in (0, 2)
    ]
    assert "2 unreadable contacts" in said(membership)
    assert "1 unreadable memberships" in said(membership)

    lost = [one["contact_id"] for one in (*contacts, *listed) if one["name"] is None]
    anew = {"name": "Eva", "email": "eva@example.se", "language": "sv"}
    await membership.as_member(members[0], "PUT", f"/contacts/{lost[0]}", anew)
    await membership.good("PUT", f"/staff/{lost[1]}", "coordinator", anew)
    contacts = await membership.as_member(members[0], "GET", "/contacts")
    listed = await membership.good("GET", "/staff", "coordinator")
    assert all("Eva" in {one["name"] for one in found} for found in (contacts, listed))
    await done_by_hand(membership, f"UPDATE memberships SET state = 'applied' {state}")
    await membership.good("GET", "/members", "coordinator")
    assert said(membership) == ""


async def test_a_promise_that_cannot_be_read_hides_no_other(membership: Membership) -> None:
    member = await membership.joined(*[STUDY_VISITS | {"units": 2}] * 2)
    lost, other = member["commitments"]
    state = f"UPDATE commitments SET state = '%s' WHERE id = '{lost}'"
    (kept,) = {one["state"] for one in await membership.as_member(member, "GET", "/commitments")}
    await done_by_hand(membership, state % "lost")
    seen = await membership.as_member(member, "GET", "/commitments")
    assert [one["commitment_id"] for one in seen] == [other]
    assert "1 unreadable commitments" in said(membership)
    await done_by_hand(membership, state % kept)
    assert len(await membership.as_member(member, "GET", "/commitments")) == 2
    assert said(membership) == ""


async def test_a_row_that_somebody_holds_delays_itself_alone(membership: Membership) -> None:
    members = [await membership.drafted(STUDY_VISITS, number=number) for number in NUMBERS]
    for one in members:
        body = CONTACT | {"language": "sv"}
        await membership.as_member(one, "POST", "/contacts", body)
    first = members[0]["membership_id"], members[0]["organisation_id"]
    await membership.set_the_day(DAY_AFTER)
    async with held(membership.database, f"memberships WHERE id = '{first[0]}'"):
        assert await membership.do_what_is_due() == 2
    assert await membership.do_what_is_due() == 1
    await membership.set_the_day(LONG_AFTER)
    async with held(membership.database, f"contacts WHERE organisation_id = '{first[1]}'"):
        assert await membership.do_what_is_due() == 2
    assert await membership.do_what_is_due() == 1
