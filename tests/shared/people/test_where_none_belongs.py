"""Where no identity number belongs: what could be one is refused, what people write there isn't."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.shared.support import numbers
from tests.shared.support.numbers import wholes

from shared.people.identity_numbers import holds_identity_number, may_name_somebody

REFUSED = [
    # parted by words, or by signs that no reader takes
    "890102, sista fyra 3286",
    "890102-TF3286",
    "1989-01-02, 3286",
    "19890102:3286",
    "890102 [3286]",
    "890102\\3286",
    "198'901'023'286",
    "198\u2019901\u2019023\u2019286",
    "198,901,023,286",
    "890102%203286",
    # the day before its month
    "2 januari 1989-3286",
    "2 Jan. 1989 3286",
    "02/01/1989-3286",
    "2.1.1989-3286",
    "2/1 1989-3286",
    "2:a januari 1989-3286",
    "2nd January 1989-3286",
    "2januari1989-3286@example.se",
    "1989-1-2-3286",
    # letters for digits, and letters of another alphabet
    "1989O1O23286",
    "l98901O23286",
    "89\u041e1\u041e2-3286",
    "000101-\u0422220",
    # a slip of the pen
    "19890102-3287",
    "890102-3287",
    "890102 3287",
    "890102+3287",
    "1989-01-02-3287",
    "89-01-02 - 3287",
    "02/01/1989-3287",
    "000101-T221",
    "890162-3287",
    # dressed as an id
    "00000000-0000-4000-8000-198901023286",
    "0000000a-000a-400a-800a-198901023286",
]
TAKEN = [
    # addresses
    "Burgatan 7, 753 31 Uppsala",
    "Ringv\u00e4gen 8, 1102, 753 31 Uppsala",
    "c/o Svensson, Kungsgatan 10-12, lgh 1102, 118 60 Stockholm",
    "c/o Ali t.o.m. 2026-05-23, Lilla Torget 80 B lgh 1006, 201 60 Malm\u00f6",
    "Kungs\u00e4ngen 35:2, 753 23 Uppsala",
    "Portkod 890102, Storgatan 3",
    "Storgatan 3, 018-727 00 00",
    "Box 890102, 3287 Uppsala",
    "556036-0793, Box 1, 751 05 Uppsala",
    "Storgatan 4 2026-03-01\u20132026-08-31",
    "Storgatan 4, 1/3 2026\u201331/8 2026",
    "den 2 mars 2026, 2100 K\u00f8benhavn",
    "Postboks 1234, 0150 Oslo",
    "1010 Wien",
    "110001 New Delhi",
    # names
    "\u00c5sa \u00d6berg",
    "Karl XVI Gustaf",
    "\u041e\u043b\u044c\u0433\u0430 \u0422\u043a\u0430\u0447\u0435\u043d\u043a\u043e",
    "Jubileum 1921\u20132021 AB",
    "Bageri 1898 AB",
    "IOOI Lolo AB",
    "\u00c5keri 24/7",
    "Bolaget 556000-0001 AB",
    "Bolaget 16556000-0001 AB",
    # e-mail
    "asa.oberg@example.se",
    "asa1989@example.se",
    "asa.890102@example.se",
    "olle.lol.1989@example.se",
    # telephones
    "070-1234567",
    "0480-123456",
    "0480-890102",
    "08-12 12 12 12",
    "+46 70 123 45 67",
    "+45 12 34 56 78",
    "+44 20 1912 3456",
    "+44-20-1912-3456",
    "08-12 20 19 12",
    "+1 (212) 555-1234",
    "+964 770 123 4567",
    "+20 100 123 4567",
    # days and moments
    "2026-03-02",
    "2026-03-01 - 2026-08-31",
    "2026-03-01/2026-08-31",
    "2026-03-02 10:00:00",
    "2026-03-02T10:00:00.123Z",
    "v. 14 2026",
    # diaries, versions, ids
    "AMN-2024-00562",
    "KS 2024/1234",
    "Dnr 2024-0102",
    "12 AMN 2019-1234",
    "MARK-2024-0012",
    "2026-3-1\u20132026-8-31",
    "2023-1",
    "nightly-20260302",
    "019a0001-0000-7000-8000-000000000001",
    "12345678-1234-4321-8507-098507099806",
    "0" * 64,
    "6cc6eefb674286f7d1a0e4adaa840670dafa7870f77c7d6d73d5924c44ce3bff",
]


def test_whatever_could_be_somebody_s_number_is_refused_alone_and_among_words() -> None:
    for written in REFUSED:
        for text in (written, f"\u00c5sa {written}", f"({written})", f"{written}, Kalmar 5"):
            assert may_name_somebody(text), text


def test_folding_makes_no_escape_of_a_percent_sign_before_wide_digits() -> None:
    for text in ("%００\\u200b０１０１００１６", "%８９\\u00ad０１０２３２８６", "%０0\\t01010016"):
        assert holds_identity_number(text), text
        assert may_name_somebody(text), text
        assert may_name_somebody(f"019a0001-0000-7000-8000-{text}"), text


def test_what_people_write_is_taken() -> None:
    for written in TAKEN:
        for text in (written, f"\u00c5sa {written}", f"({written})", f"{written}, Kalmar"):
            assert not may_name_somebody(text), text


@given(wholes(), some.text("abcdef", min_size=1, max_size=40), some.sampled_from([0, 2]))
def test_no_fingerprint_is_taken_for_somebody_s_number(
    whole: str, between: str, century: int
) -> None:
    """Halves of a number, apart by letters, stand in one SHA-256 of some thousands."""
    fingerprint = f"{whole[century:8]}{between}{whole[8:]}".ljust(64, "e")
    assert not may_name_somebody(fingerprint)
    assert may_name_somebody(f"{fingerprint}, {whole}")


AROUND = some.text("0189TSE -+./_()\\%':", max_size=9)


@given(some.data(), wholes(), AROUND, AROUND)
def test_whatever_would_be_masked_is_refused(
    data: some.DataObject, whole: str, before: str, after: str
) -> None:
    text = data.draw(numbers.escaped(f"{before}{data.draw(numbers.written(whole))}{after}"))
    assert may_name_somebody(text) or not holds_identity_number(text)


DAYS = some.dates(date(1900, 1, 1), date(2099, 12, 31))


@given(DAYS, DAYS, some.sampled_from(["\u2013", " - ", "/", " \u2013 "]))
def test_periods_are_taken(first: date, last: date, sign: str) -> None:
    assert not may_name_somebody(f"Storgatan 4 ({first}{sign}{last})")


@pytest.mark.parametrize("words", ["Storgatan {}, lgh {}, {} {} Kalmar", "Storgatan {}, {}, {} {}"])
@given(
    some.integers(1, 200), some.integers(10, 16), some.integers(1, 9), some.integers(10000, 98499)
)
def test_addresses_are_taken(words: str, street: int, floor: int, door: int, code: int) -> None:
    flat = floor * 100 + door
    assert not may_name_somebody(words.format(street, flat, code // 100, f"{code % 100:02}"))
