"""Identity numbers in the forms that people write, and what is sealed."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.driven import TODAY
from tests.matching import people
from tests.matching.pairs import PROFILE
from tests.matching.service import Matching

from matching import identities
from matching.commands import place as places
from matching.identities import known
from matching.identities.numbers import checked
from matching.models import Identity
from matching.queries import candidate as candidates
from matching.rules.fact import Protection
from shared.machines import NotFound
from shared.vaults import Unreadable

NUMBER, NAME = "198901023286", "Åsa Törnqvist"
WHO = identities.Person(
    NUMBER, NAME, "asa@exempel.se", "070-174 06 05", "Storgatan 1", wants_email=True
)


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("198901023286", NUMBER),
        ("19890102-3286", NUMBER),
        ("890102-3286", NUMBER),
        ("8901023286", NUMBER),
        (" 890102 3286 ", NUMBER),
        ("890102\u00a03286", NUMBER),
        ("890102\u20133286", NUMBER),  # an en dash, as word processors make it
        ("890102\u22123286", NUMBER),
        ("701063-2391", "197010632391"),  # samordningsnummer: day + 60
        ("19701063-2391", "197010632391"),
        ("121212+1212", "191212121212"),
        ("121212-1212", "201212121212"),
        ("20121212-1212", "201212121212"),
        ("19121212+1212", "191212121212"),
    ],
)
def test_a_number_is_read_in_any_form_and_kept_in_one(written: str, whole: str) -> None:
    assert checked(written, TODAY) == whole


@pytest.mark.parametrize(
    "written",
    [
        "",
        "-",
        "890102-3287",  # another last digit
        "890102-328",
        "8901023286 1",
        "890132-3286",
        "891302-3286",
        "18890102-3286",
        "20890102-3286",  # nobody is born in 2089 yet
        "890102+3286",  # born in 1889
        "556000-0001",  # an organisation
        "19890102-3286-1",
        "8901O2-3286",
        "８９０１０２-3286é",
        "1" * 1000,
    ],
)
def test_what_is_no_number_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(ValueError, match=r"^this isn't an identity number$") as refused:
        checked(written, TODAY)
    assert refused.value.__cause__ is None


@given(some.text())
def test_whatever_is_written_is_twelve_digits_or_refused_in_the_same_words(written: str) -> None:
    with suppress(ValueError):
        assert re.fullmatch("[0-9]{12}", checked(written, TODAY))


@given(some.dates(date(1900, 1, 1), TODAY), some.sampled_from([0, 60]), some.integers(0, 999))
def test_the_same_person_is_found_again_however_her_number_is_written(
    born: date, more: int, serial: int
) -> None:
    day = born.day + more
    ten = f"{born:%y%m}{day:02}{serial:03}"
    last = next(digit for digit in "0123456789" if not luhn_sum(ten + digit) % 10)
    sign = "+" if TODAY.year - born.year >= 100 else "-"
    whole = f"{born.year}{ten[2:]}{last}"
    for written in (whole, f"{whole[:8]}-{whole[8:]}", f"{ten[:6]}{sign}{ten[6:]}{last}"):
        assert checked(written, TODAY) == whole


def luhn_sum(digits: str) -> int:
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    return sum(number // 10 + number % 10 for number in doubled)


async def test_a_person_is_kept_sealed_and_opened_field_by_field(matching: Matching) -> None:
    ref = uuid4()
    async with matching.database.transaction() as tx:
        assert await identities.keep(tx, ref, "jobbpakten", WHO)
    async with matching.database.transaction() as tx:
        assert await identities.person(tx, ref) == WHO
        row = await tx.get_one(Identity, ref)
        for text in (NUMBER, NAME, "asa@", "Storgatan", "0701740605"):
            assert text.encode() not in row.sealed + row.number_index + row.identity_key


async def test_nobody_comes_twice_into_a_network_and_once_into_each(matching: Matching) -> None:
    first, other = uuid4(), uuid4()
    async with matching.database.transaction() as tx:
        assert await identities.keep(tx, first, "jobbpakten", WHO)
        assert not await identities.keep(tx, uuid4(), "jobbpakten", WHO)
        assert await identities.keep(tx, other, "grannpakten", WHO)
        assert await identities.find(tx, "jobbpakten", [NUMBER, "191212121212"]) == {NUMBER: first}
        assert await identities.find(tx, "grannpakten", [NUMBER]) == {NUMBER: other}
        indexes = {(await tx.get_one(Identity, ref)).number_index for ref in (first, other)}
        assert len(indexes) == 2  # nobody sees from outside that it is the same person


async def test_what_is_sealed_is_as_long_for_one_as_for_another(matching: Matching) -> None:
    names = ("Anna Svensson", "Åsa Öqvist", "شميرام القناري", "ܫܡܝܪܡ ܩܢܪܝܐ")
    lengths = set()
    async with matching.database.transaction() as tx:
        for count, name in enumerate(names):
            ref = uuid4()
            await identities.keep(tx, ref, f"network{count}", replace(WHO, name=name))
            row = await tx.get_one(Identity, ref)
            unnamed, unasked = len(row.sealed), len(row.needs)
            await identities.change(tx, ref, named=[name, "asa@exempel.se", "sv", "city"])
            await identities.note_needs(tx, ref, ["quiet", "step_free"])
            lengths |= {(unnamed, unasked), (len(row.sealed), len(row.needs))}
    assert len(lengths) == 1


async def test_a_whole_bank_is_asked_about_at_once(matching: Matching) -> None:
    many = [uuid4() for _ in range(33_000)]  # PostgreSQL takes 32,767 parameters
    async with matching.database.transaction() as tx:
        await identities.keep(tx, many[0], "jobbpakten", WHO)
        assert len(await identities.needs_of_each(tx, many)) == len(many)
        numbers = [NUMBER, *map(str, range(33_000))]
        assert await identities.find(tx, "jobbpakten", numbers) == {NUMBER: many[0]}
        assert await candidates.present(tx, "jobbcenter_city", many) == set()
        assert await candidates.places_of(tx, many) == set()
        assert await places.locked(tx, many) == []


async def test_what_is_delicate_opens_for_its_own_purpose_and_person_alone(
    matching: Matching,
) -> None:
    one, another = uuid4(), uuid4()
    async with matching.database.transaction() as tx:
        await identities.keep(tx, one, "jobbpakten", WHO)
        await identities.keep(tx, another, "grannpakten", WHO)
        yes = await identities.seal_sensitive(tx, one, {"value": "true"}, "fact")
        no = await identities.seal_sensitive(tx, one, {"value": "unknown"}, "fact")
        assert len(yes) == len(no)
        assert await identities.open_sensitive(tx, one, yes, "fact") == {"value": "true"}
        for ref, purpose in ((one, "ground"), (another, "fact")):
            with pytest.raises(Unreadable):
                await identities.open_sensitive(tx, ref, yes, purpose)


async def test_needs_that_nobody_asked_about_are_unknown_and_none_is_an_answer(
    matching: Matching,
) -> None:
    asked, none, unasked, stranger = uuid4(), uuid4(), uuid4(), uuid4()
    async with matching.database.transaction() as tx:
        for network, ref in (("a", asked), ("b", none), ("c", unasked)):
            await identities.keep(tx, ref, network, WHO)
        await identities.note_needs(tx, asked, ["quiet", "step_free"])
        await identities.note_needs(tx, none, [])
        assert await identities.needs_of_each(tx, [asked, none, unasked, stranger]) == {
            asked: frozenset({"quiet", "step_free"}),
            none: frozenset(),
            unasked: None,
            stranger: None,
        }


async def test_what_an_undone_savepoint_wrote_is_not_read_again(matching: Matching) -> None:
    async with matching.database.transaction() as tx:
        ref = UUID(await people.registered(matching))
        before = await known.known_of(tx, ref, PROFILE)
        with suppress(ZeroDivisionError):
            async with tx.begin_nested():
                await known.note_protection(tx, ref, Protection("protected_registration", TODAY))
                assert (await known.known_of(tx, ref, PROFILE)).protection.form is not None
                raise ZeroDivisionError
        assert await known.known_of(tx, ref, PROFILE) == before


async def test_who_has_been_forgotten_is_not_found(matching: Matching) -> None:
    async with matching.database.transaction() as tx:
        with pytest.raises(NotFound):
            await identities.details(tx, uuid4(), ["full_name"])


@pytest.mark.parametrize(
    ("name", "first"),
    [("Åsa Törnqvist", "Åsa"), ("Törnqvist, Åsa Maria", "Åsa"), ("ܡܪܝܡ", "ܡܪܝܡ"), ("Ali,", "")],
)
def test_a_first_name_is_found_in_either_order_or_none_is_given(name: str, first: str) -> None:
    assert identities.first_name(name) == first
