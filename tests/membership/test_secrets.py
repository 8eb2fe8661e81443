"""What identifies a person lies and leaves sealed: searched for in every table, log and answer."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from tests.membership.conftest import KEYS, SOLE_TRADER, Membership

from membership.commands import contact as commands
from membership.settings import Settings
from shared import logs
from shared.people.sealing import opened

# No other word in the service holds any of these.
NAME, ADDRESS = "Kanariefågel Törnqvist", "kanariefagel@hemlig.example"
CANARIES = ("kanarie", "törnqvist", "hemlig", "8901023286", "890102-3286")
TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")


async def everything_stored(membership: Membership) -> str:
    """Give all rows of all tables as text, and bytes as the text that they would be."""
    async with membership.database.transaction() as tx:
        connection = await tx.connection()
        words = []
        for table in (await connection.execute(TABLES)).scalars().all():
            for row in (await connection.execute(text(f'SELECT * FROM "{table}"'))).all():
                words += [written(value) for value in row]
    return " ".join(words).lower()


def written(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


async def named(membership: Membership, **key: str) -> Any:
    """Let a sole trader join, with a contact and a caseworker of the same odd name."""
    member = await membership.joined(number=SOLE_TRADER)
    person = {"name": NAME, "email": ADDRESS, "language": "sv"}
    contact = person | {"role": "signatory"}
    path = f"/members/{member['membership_id']}/contacts"
    own = {"organisation": member["organisation_id"]}
    first = await membership.good("POST", path, "signatory", contact, **own, **key)
    whole = f"{path}/{first['contact_id']}"
    await membership.good("PUT", whole, "signatory", person | {"named_on": "2026-03-02"}, **own)
    staff = person | {"role": "decider", "unit": "amf"}
    key |= {"Idempotency_Key": "staff"} if key else {}
    await membership.good("POST", "/staff", "coordinator", staff, **key)
    await membership.good("POST", "/contacts/retelling", "system", {})
    return member


async def test_no_table_holds_a_contact_s_name_or_address_or_a_sole_trader_s_number(
    membership: Membership,
) -> None:
    await named(membership, Idempotency_Key="contact")
    stored = await everything_stored(membership)
    assert "bageriet ängen ab" in stored, "what isn't sealed is found by this search"
    assert not [canary for canary in CANARIES if canary in stored]


async def test_no_event_shows_them_but_to_who_holds_the_private_key(
    membership: Membership,
) -> None:
    await named(membership)
    told = await membership.told_in_full()
    assert not [canary for canary in CANARIES if canary in str(told).lower()]
    sealed = [event["sealed"] for kind, _, event in told if kind == "recipient.named.v1"]
    assert len(sealed) == 5
    for one in sealed:
        person = opened(KEYS.sealing_private, one)
        assert (person.name, person.address) == (NAME, ADDRESS)


async def test_no_log_and_no_error_repeats_them(
    membership: Membership, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure("membership", "info")
    member = await named(membership)
    path = f"/members/{member['membership_id']}/contacts"
    own = {"organisation": member["organisation_id"]}
    body = {"name": NAME, "email": ADDRESS, "language": "sv", "role": "signatory"}
    answers = [
        await membership.call("POST", path, "signatory", body | differs, **own)
        for differs in ({}, {"language": "fi"}, {"email": f"{ADDRESS}\nx"}, {"role": NAME})
    ]
    for trouble in (OSError, ValueError):

        async def fails(*_: Any, trouble: type[Exception] = trouble) -> None:
            raise trouble(f"Key (address)=({ADDRESS}) of {NAME} already exists")

        monkeypatch.setattr(commands, "tell_of_contact", fails)
        supervisor = body | {"role": "supervisor"}
        answers.append(await membership.call("POST", path, "signatory", supervisor, **own))
    assert [answer.status_code for answer in answers] == [409, 422, 422, 422, 503, 500]
    said = f"{capsys.readouterr()} {[answer.text for answer in answers]}".lower()
    assert said.count("call_failed") == 2
    assert not [canary for canary in CANARIES if canary in said]


async def test_a_call_named_by_what_may_be_a_number_is_answered_as_any_other(
    membership: Membership, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("membership", "info")
    number = SOLE_TRADER.replace("-", "")
    for named_by in (SOLE_TRADER, f"19{number}"):
        name = {"X_Correlation_Id": named_by}
        staff = {"name": NAME, "email": f"{named_by[:4]}@example.se", "language": "sv"}
        staff |= {"role": "decider", "unit": "amf"}
        assert (await membership.call("GET", "/staff", "decider", **name)).status_code == 404
        answer = await membership.call("POST", "/staff", "coordinator", staff, **name)
        assert answer.status_code == 201
    told = await membership.told_in_full()
    assert len({about["ce_correlationid"] for _, about, _ in told}) == len(told) == 2
    said = f"{capsys.readouterr()} {told}"
    assert number not in said
    assert SOLE_TRADER not in said


async def test_a_number_that_an_earlier_release_stored_as_it_is_is_sealed_by_the_clock(
    membership: Membership,
) -> None:
    member = await in_the_clear(membership)
    assert "8901023286" in await everything_stored(membership)
    assert await membership.do_what_is_due() == 1
    assert await membership.do_what_is_due() == 0
    assert "8901023286" not in await everything_stored(membership)
    await known(membership, member)


async def test_a_number_in_the_clear_is_found_before_the_clock_has_sealed_it(
    membership: Membership,
) -> None:
    await known(membership, await in_the_clear(membership))


async def in_the_clear(membership: Membership) -> Any:
    """Give a sole trader as release 0003 stored it."""
    member = await membership.applied(number=SOLE_TRADER)
    back = text("""UPDATE organisations SET number = '8901023286', number_index = NULL,
                   sealed_number = NULL, person_key = NULL""")
    async with membership.database.transaction() as tx:
        await (await tx.connection()).execute(back)
    return member


async def known(membership: Membership, member: Any) -> None:
    """See that the number is known: strangers get 404, its own people apply again."""
    body = {"number": SOLE_TRADER, "name": "Bageriet", "sector": "business", "size": "micro"}
    stranger = await membership.call("POST", "/members", "signatory", body)
    assert stranger.status_code == 404
    await membership.as_member(member, "POST", "/withdrawal", {})
    again = await membership.applied(number=SOLE_TRADER, organisation=member["organisation_id"])
    assert again["organisation_id"] == member["organisation_id"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONTACT_KEY", None),
        ("CONTACT_KEY", "secret"),
        ("CONTACT_KEY", "[]"),
        ("CONTACT_KEY", '{"kty":"oct","k":"43 characters of base64url"}'),
        ("CONTACT_KEY", '{"kty":"oct","k":"c2hvcnQtYnV0LWEta2V5"}'),
        pytest.param("CONTACT_KEY", KEYS.public, id="no secret"),
        ("NOTIFICATIONS_PUBLIC_KEY", None),
        ("NOTIFICATIONS_PUBLIC_KEY", "secret"),
        pytest.param("NOTIFICATIONS_PUBLIC_KEY", KEYS.public, id="for signing"),
        pytest.param("NOTIFICATIONS_PUBLIC_KEY", KEYS.sealing_private, id="private"),
    ],
)
def test_a_key_that_is_missing_or_odd_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    given = {
        "DATABASE_URL": "postgresql+asyncpg://me@db/x",
        "KAFKA_SERVERS": "kafka:9092",
        "TOKEN_PUBLIC_KEY": KEYS.public,
        "MUNICIPALITY": "0380",
        "CONTACT_KEY": KEYS.secret("contacts"),
        "NOTIFICATIONS_PUBLIC_KEY": KEYS.sealing_public,
        name: value,
    }
    for setting, said in given.items():
        if said is None:
            monkeypatch.delenv(f"MEMBERSHIP_{setting}", raising=False)
        else:
            monkeypatch.setenv(f"MEMBERSHIP_{setting}", said)
    with pytest.raises(SystemExit) as refused:
        Settings.from_environment()
    assert str(refused.value).startswith(f"MEMBERSHIP_{name}: ")
    assert len(str(refused.value).splitlines()) == 1
    if value and name == "NOTIFICATIONS_PUBLIC_KEY":
        assert value not in str(refused.value)


async def test_the_settings_do_not_show_the_key(membership: Membership) -> None:
    async with membership.database.transaction() as tx:
        assert json.loads(KEYS.secret("contacts"))["k"] not in repr(tx.settings)
