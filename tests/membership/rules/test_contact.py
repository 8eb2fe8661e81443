"""Who names whom, and which addresses a mail can go to."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.machines import ROLES

from membership.rules.contact import (
    address,
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


@pytest.mark.parametrize(
    ("written", "sendable"),
    [
        ("aina@example.com", "aina@example.com"),
        (" aina@example.com ", "aina@example.com"),
        ("Aina.Berg+jobb@Mail.Example.SE", "Aina.Berg+jobb@mail.example.se"),
        ("aina@bagerietängen.se", "aina@xn--bagerietngen-ncb.se"),
        ("aina@bagerieta\u0308ngen.se", "aina@xn--bagerietngen-ncb.se"),
        ("aina@BAGERIETÄNGEN.se", "aina@xn--bagerietngen-ncb.se"),
        ("o'neill@example.com", "o'neill@example.com"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
    ],
)
def test_an_address_is_kept_as_a_mail_server_takes_it(written: str, sendable: str) -> None:
    assert address(written) == sendable


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@",
        "aina",
        "aina@",
        "@example.com",
        "aina@localhost",
        "aina@example",
        "aina@127.0.0.1",
        "aina@[127.0.0.1]",
        "aina@example.123",
        "aina@-example.com",
        "aina@example-.com",
        "aina@example..com",
        "aina@.example.com",
        "aina@example.com.",
        ".aina@example.com",
        "aina.@example.com",
        "ai..na@example.com",
        "ai na@example.com",
        '"ai na"@example.com',
        "aina@@example.com",
        "aina@example.com,bo@example.com",
        "aina@example.com\r\nBcc: bo@example.com",
        "aina@example.com\n",
        "\raina@example.com",
        "aina\x00@example.com",
        "aina\u202e@example.com",
        "aina@exa\u202emple.com",
        "aina\u200b@example.com",
        "Aina <aina@example.com>",
        "åina@example.com",
        "aina@straße.se",
        "aina@βόλος.gr",
        "aina@example\u3002com",
        "aina@ｅxample.com",
        f"{'a' * 65}@example.com",
        f"aina@{'a' * 64}.com",
        f"aina@{'a.' * 160}com",
    ],
)
def test_what_no_server_takes_is_refused_without_being_repeated(written: str) -> None:
    with pytest.raises(ValueError, match=r"^(this isn't|an e-mail address has)") as refused:
        address(written)
    assert written in {"", "@"} or written not in str(refused.value)


@given(some.text(max_size=40) | some.emails())
def test_whatever_is_written_is_one_sendable_line_or_refused(written: str) -> None:
    try:
        sendable = address(written)
    except ValueError:
        return
    assert sendable.isascii()
    assert sendable.isprintable()
    assert sendable.count("@") == 1
    assert not set(sendable) & set(' ,;:<>()[]"\\')
    assert address(sendable) == sendable
