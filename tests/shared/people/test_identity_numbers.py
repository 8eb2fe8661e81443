"""Identity numbers: read in every form that people write, and masked wherever they are read."""

import json
import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some
from stdnum import iban, luhn
from tests.shared.support import numbers
from tests.shared.support.numbers import TODAY, checked, wholes

from shared.people.identity_numbers import MASK, fold, holds_identity_number, mask, read

NUMBER = "198901023286"
# Published by Skatteverket for tests: a month that isn't known, a day that isn't.
PUBLISHED = ["20000067-2386", "19900072-2398", "19900060-2392"]
ANYTHING = some.text("0189TSE \n-+.,='\"/_()\u2013\u200b\u00a0０１\\u%x", max_size=30)


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("1989-01-02-3286", NUMBER),
        ("1989 01 02 3286", NUMBER),
        ("19890102 - 3286", NUMBER),
        ("198901023286.0", NUMBER),
        ("1.98901023286E+11", NUMBER),
        ("1,98901023286E+11", NUMBER),
        ("198901023286,00", NUMBER),
        ('="198901023286"', NUMBER),
        ("'198901023286", NUMBER),
        ("SE890102328601", NUMBER),
        ("８９０１０２-3286", NUMBER),
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
    assert read(written, TODAY) == whole


@pytest.mark.parametrize(
    "written",
    [
        "",
        "890102-3287",  # another last digit
        "8901023286 1",
        "890132-3286",
        "891302-3286",
        "18890102-3286",
        "20890102-3286",  # nobody is born in 2089 yet
        "890102+3286",  # born in 1889
        "556000-0001",  # an organisation
        "19890102-3286-1",
        "8901O2-3286",
        "198'901'023'286",
        "1,98901E+11",
        "８９０１０２-3286é",
        "1" * 1000,
    ],
)
def test_what_is_no_number_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(ValueError, match=r"^this isn't an identity number$") as refused:
        read(written, TODAY)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("written", [*PUBLISHED, f"19{checked('900491239')}"])
def test_numbers_as_skatteverket_gives_them_are_read_and_masked(written: str) -> None:
    digits = written.replace("-", "")
    assert read(written, TODAY) == digits
    assert mask(f"about {written}, {digits}") == f"about {MASK}, {MASK}"


LETTERS = zip("TRSUWXJKLMNtrsuwxjklmn", "TRSUWXJKLMN" * 2, strict=True)
TWINS = zip("ТЅХЈКМΤΧΚΜΝ", "TSXJKMTXKMN", strict=True)  # Cyrillic, Greek


@pytest.mark.parametrize(("letter", "known"), [*LETTERS, *TWINS])
def test_each_letter_of_interim_numbers_counts_as_1(letter: str, known: str) -> None:
    assert read(f"000101-{letter}220", TODAY) == f"20000101{known}220"
    assert mask(f"000101{letter}220") == MASK


@pytest.mark.parametrize(
    "nine",
    [
        "890102000",  # birth numbers begin with 001
        "890162000",
        "890000123",  # a month that isn't known, and no samordningsnummer
        "891361123",
        "890192123",
        "890159123",
        "890102A23",
        "890102I23",
    ],
)
def test_what_nobody_is_given_is_no_number(nine: str) -> None:
    written = checked(nine)
    with pytest.raises(ValueError, match="identity number"):
        read(written, TODAY)
    assert not holds_identity_number(written)


@given(some.text() | ANYTHING)
def test_whatever_is_written_is_twelve_characters_or_refused_in_the_same_words(
    written: str,
) -> None:
    try:
        number = read(written, TODAY)
    except ValueError as error:
        number = str(error)
    expected = "[0-9]{8}[0-9TRSUWXJKLMN][0-9]{3}|this isn't an identity number"
    assert re.fullmatch(expected, number)


@given(some.data(), wholes())
def test_a_number_is_read_and_masked_however_it_is_written(
    data: some.DataObject, whole: str
) -> None:
    written = data.draw(numbers.written(whole))
    before, after = data.draw(some.text(max_size=9)), data.draw(some.text(max_size=9))
    assume(not is_digit(before, -1) and not is_digit(after, 0))
    assume(whole[8:] not in json.dumps(before + after))  # \u0100 is four digits, by chance hers
    assert read(written, TODAY) == whole
    text = data.draw(numbers.escaped(f"{before}{written}{after}"))
    assert holds_identity_number(text)
    assert not holds_identity_number(mask(text))
    assert whole[8:] not in mask(text)


@given(ANYTHING, ANYTHING, ANYTHING)
def test_whatever_is_read_as_somebody_s_number_is_masked(
    before: str, written: str, after: str
) -> None:
    with suppress(ValueError):
        read(written, TODAY)
        assume(not is_digit(before, -1) and not is_digit(after, 0))
        assert holds_identity_number(f"{before}{written}{after}")


def is_digit(text: str, place: int) -> bool:
    """Tell whether what is seen first, or last, of a text is a digit."""
    seen = [fold(letter) for letter in text if fold(letter) != fold("\0")]
    return bool(seen) and seen[place].isdigit()


@pytest.mark.parametrize(
    "text",
    [
        "\\uff11989-01-02-3286",
        "\\ud835\\udfd6\\ud835\\udfd7\\ud835\\udfce102-3286",
        "890102%2D3286",
        "%20198901023286",
        "%890102-3286",
        "890102\\n3286",
        "row 5 890102-3286 7",
        "1212 890102-3286",
        "890102 (3286)",
        "1989-01-02T890102-3286",
        "1.98901023286E+11",
        "unit_890102_3286",
        "890102-3286@example.se",
        "18890102-3286",
    ],
)
def test_a_number_is_masked_behind_escapes_and_beside_other_numbers(text: str) -> None:
    assert mask(text).count(MASK) == 1
    assert "3286" not in mask(text)


@given(some.integers(0, 9999999999))
def test_ten_digits_are_masked_just_when_they_are_somebody_s(number: int) -> None:
    digits = f"{number:010}"
    month, day = int(digits[2:4]), int(digits[4:6])
    try:
        born = bool(date(2000 + int(digits[:2]), month, day))
    except ValueError:
        born = month <= 12 and 60 <= day <= 91
    good = born and digits[6:9] != "000" and luhn.is_valid(digits)
    assert (mask(digits) == MASK) == holds_identity_number(digits) == good


@pytest.mark.parametrize(
    "innocent",
    [
        "850709-9800",  # another check digit
        "851309-9801",  # no such month
        "12345678-1234-4321-8507-098507099805",  # a UUID
        "position 18446744073709551615",
        "556036-0793",  # a company: its third digit says that it's no date
        "SE556036079301",
        "SE45 5000 0000 0583 9825 7466",
        "2012-03-01 10:00:00",
        "20260301T100507+0000",
        "10:05:07 2026",
        "x" * 100_000,
        "\\" * 100_000,
    ],
)
def test_what_is_no_identity_number_stays(innocent: str) -> None:
    assert mask(innocent) == innocent


ZONES = some.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = some.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001


@given(MOMENTS, some.sampled_from(["auto", "seconds", "minutes"]), some.sampled_from("T "))
def test_moments_stay(at: datetime, parts: str, between: str) -> None:
    for moment in (at, at.astimezone(UTC).replace(tzinfo=None)):
        text = json.dumps({"time": moment.isoformat(between, parts)})
        assert mask(text) == text
    compact = f"{at:%Y%m%dT%H%M%S%z}"
    assert mask(compact) == compact


@given(some.uuids(version=4), some.integers(0, 999999999) | some.integers(10**12, 2**63))
def test_ids_and_offsets_stay(an_id: object, offset: int) -> None:
    text = f"{an_id} {offset}"
    assert not holds_identity_number(str(an_id))
    assert mask(str(offset)) == str(offset), text


@given(some.text("0123456789", min_size=20, max_size=20))
def test_accounts_stay_in_whatever_groups_they_are_written(account: str) -> None:
    number = "SE" + iban.calc_check_digits(f"SE00{account}") + account
    for text in (number, iban.format(number)):
        assert mask(f"({text})") == f"({text})"


# In a VAT number that begins so, SE192000600201, the twelve digits can be somebody's.
FIRST = some.integers(0, 99).filter(lambda first: first not in {19, 20})


@given(FIRST, some.integers(20, 99), some.integers(0, 99999))
def test_companies_stay(first: int, second: int, rest: int) -> None:
    number = checked(f"{first:02}{second}{rest:05}")
    for text in (number, f"{number[:6]}-{number[6:]}", f"16{number}", f"SE{number}01"):
        assert mask(text) == text
