"""Organisation numbers in the forms that people write, and those that are none."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from membership.api.organisation_numbers import checked, is_of_sole_trader


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("556000-0001", "5560000001"),
        ("5560000001", "5560000001"),
        ("16556000-0001", "5560000001"),
        (" 556000 0001 ", "5560000001"),
        ("556000\u200b-\u200d0001\ufeff", "5560000001"),
        ("890102-3286", "8901023286"),
        ("890102+3286", "8901023286"),
        ("19890102-3286", "8901023286"),
        ("18890102-3286", "8901023286"),
        ("701063-2391", "7010632391"),  # samordningsnummer: day + 60
        ("20000067-2386", "0000672386"),
        ("19900060-2392", "9000602392"),
        ("1989-01-02-3286", "8901023286"),
        ("SE890102328601", "8901023286"),
        ("８９０１０２-3286", "8901023286"),
        ("8901023286.0", "8901023286"),
    ],
)
def test_a_number_is_read_in_any_form(written: str, digits: str) -> None:
    assert checked(written) == digits


@pytest.mark.parametrize(
    "written",
    [
        "556000-0002",
        "556000-000",
        "17556000-0001",
        "19556000-0001",  # a legal person has no century
        "16890102-3286",  # a person has one, and it isn't 16
        "20890102-3286",  # nobody is born in 2089 yet
        "19000229-0005",  # no leap year
        "890230-3283",
        "000000-0000",
        "000101-T220",  # nobody trades under an interim number
        "890102-0001",  # no birth number
        "ABCDEF-GHIJ",
        "",
        "٥٥٦٠٠٠٠٠٠١",
    ],
)
def test_what_fails_checksum_date_or_form_is_refused_without_being_repeated(written: str) -> None:
    with pytest.raises(ValueError, match=r"^this isn't an organisation number$"):
        checked(written)


@given(some.text(max_size=20) | some.from_regex(r"[0-9]{6}[-+]?[0-9]{4}", fullmatch=True))
def test_anything_is_ten_digits_or_refused(written: str) -> None:
    with suppress(ValueError):
        assert re.fullmatch("[0-9]{10}", checked(written))


@pytest.mark.parametrize(
    ("digits", "sole_trader"),
    [("5560000001", False), ("8020000009", False), ("8901023286", True), ("7010632391", True)],
)
def test_a_person_s_number_is_known_by_its_month(digits: str, *, sole_trader: bool) -> None:
    assert is_of_sole_trader(digits) == sole_trader
