"""Telephone numbers: taken as people write them, and never somebody's identity number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.shared.support.numbers import checked, wholes

from matching.api.persons import a_telephone_number
from shared.people.identity_numbers import holds_identity_number

# Ten digits that are a day of birth, a birth number and its check digit.
AMBIGUOUS = checked("070123456")


@pytest.mark.parametrize(
    "written",
    [
        AMBIGUOUS,
        f"{AMBIGUOUS[:4]}-{AMBIGUOUS[4:6]} {AMBIGUOUS[6:8]} {AMBIGUOUS[8:]}",
        f"{AMBIGUOUS[:3]}-{AMBIGUOUS[3:6]} {AMBIGUOUS[6:8]} {AMBIGUOUS[8:]}",
        f"+46 {checked('461112345')[2:4]} {checked('461112345')[4:]}",
        f"0046 11 {checked('461112345')[4:]}",
        "070-174 06 05",
        "0701740605",
        "+46701740605",
        "+46 (0)70-174 06 05",
        "08-12 12 12 12",
        "018-727 00 00",
        "727 00 00",
        "701740605",
        "+358 40 123 4567",
        "070.174.06.05",
        "070-174 06 05 / 018-727 00 00",
        "0701740605 0187270000",
        "00963 944 123 456",
    ],
)
def test_a_telephone_number_is_taken_as_people_write_it(written: str) -> None:
    assert a_telephone_number(written) == written


@pytest.mark.parametrize(
    "written",
    ["070\u2013174 06 05", "070\u2011174\u00a006\u00a005", "\uff10\uff17\uff10-174 06 05"],
)
def test_a_telephone_number_pasted_from_a_page_is_taken_in_plain_signs(written: str) -> None:
    assert a_telephone_number(written) == "070-174 06 05"


@pytest.mark.parametrize("extension", ["1", "12", "1234", "12345"])
@pytest.mark.parametrize(
    "word",
    [" ankn ", " ankn. ", " ankn: ", ", ankn ", " anknytning ", " Ext. ", "x", " x "],
)
@pytest.mark.parametrize(
    "number",
    ["018-727 00 00", "+46 18 727 00 00", "08-508 25 000", "+358 40 123 4567"],
)
def test_a_telephone_of_a_house_is_taken_with_its_extension(
    number: str, word: str, extension: str
) -> None:
    written = f"{number}{word}{extension}"
    assert a_telephone_number(written) == written


@pytest.mark.parametrize(
    "written",
    ["ankn 1234", "018-727 00 00 ankn", "018-727 00 00 ankn 123456", "018-727 00 00 ankn 1 ankn 2"],
)
def test_an_extension_without_its_number_is_none(written: str) -> None:
    with pytest.raises(ValueError, match="telephone"):
        a_telephone_number(written)


@pytest.mark.parametrize(
    "written",
    [
        "890102 ankn 3286",
        "19890102 ankn 3286",
        "8901023 ankn 286",
        "89010232 x86",
        "890102-32 ext 86",
        "1989010232 x86",
        "890102-3286 ankn 1",
        "+46 890102 ankn 3286",
        "890102 ankn 3287",  # a slip of the pen
        f"{AMBIGUOUS[:6]} ankn {AMBIGUOUS[6:]}",
    ],
)
def test_an_identity_number_is_no_telephone_with_an_extension(written: str) -> None:
    with pytest.raises(ValueError, match="identity number") as refused:
        a_telephone_number(written)
    assert written[-2:] not in str(refused.value)


@pytest.mark.parametrize(
    "written", ["1989010232860000", "+1989010232860000", "018-727 00 00 1989010232860000"]
)
def test_more_digits_than_any_telephone_has_are_none(written: str) -> None:
    with pytest.raises(ValueError, match="telephone"):
        a_telephone_number(written)


def test_a_telephone_number_can_be_what_reads_as_an_identity_number() -> None:
    assert holds_identity_number(AMBIGUOUS)


@pytest.mark.parametrize(
    "written",
    [
        f"{AMBIGUOUS[:6]}-{AMBIGUOUS[6:]}",
        f"{AMBIGUOUS[:6]} {AMBIGUOUS[6:]}",
        f"{AMBIGUOUS[:2]}-{AMBIGUOUS[2:4]}-{AMBIGUOUS[4:6]}-{AMBIGUOUS[6:]}",
        f"20{AMBIGUOUS}",
        f"+20{AMBIGUOUS}",
        f"{AMBIGUOUS} 198901023286",
        "8901023286",
        "+8901023286",
        "890102-3286",
        "(890102) 3286",
        "0 890102-3286",
        "+46 890102-3286",
        "1989 01 02 3286",
        "19890102 - 3286",
        f"{AMBIGUOUS[:6]}.{AMBIGUOUS[6:]}",
        f"{AMBIGUOUS[:2]}.{AMBIGUOUS[2:4]}.{AMBIGUOUS[4:6]}.{AMBIGUOUS[6:]}",
        "19890102\u20133286",
        "8 9 0 1 0 2 3 2 8 6",
        "02/01/1989-3286",
        "2.1.1989 3286",
        "19890102-3287",  # a slip of the pen
        "890102 3287",
        "89-01-02-3287",
        "070123-4567",
    ],
)
def test_an_identity_number_is_none(written: str) -> None:
    with pytest.raises(ValueError, match="identity number") as refused:
        a_telephone_number(written)
    assert written[-4:] not in str(refused.value)


@given(wholes().filter(str.isdigit), some.sampled_from(["-", " ", "/", " - "]))
def test_nobody_s_number_with_its_century_or_its_sign_is_a_telephone_number(
    whole: str, sign: str
) -> None:
    for written in (whole, f"{whole[:8]}{sign}{whole[8:]}", f"{whole[2:8]}{sign}{whole[8:]}"):
        with pytest.raises(ValueError, match="identity number"):
            a_telephone_number(written)


GROUPS = [
    "0##-### ## ##",
    "0## ### ## ##",
    "0###-## ## ##",
    "0###-### ##",
    "0###-######",
    "0##-#######",
    "0##-## ## ##",
    "0##-## ## ###",
    "08-## ## ##",
    "08-### ## ##",
    "08-### ### ##",
    "0##.###.##.##",
    "0##/#######",
    "+46 ## ### ## ##",
    "+46 (0)##-### ## ##",
    "+46 ### ## ## ##",
    "+46-##-#######",
    "0046 ## ### ## ##",
]


@given(some.text("0123456789", min_size=10, max_size=10), some.sampled_from(GROUPS))
def test_any_telephone_number_in_sweden_is_taken_in_whatever_groups(
    digits: str, groups: str
) -> None:
    left = iter(f"7{digits}")  # no area begins with a nought
    written = re.sub("#", lambda _: next(left), groups)
    assert a_telephone_number(written) == written


@given(some.integers(100000000, 999999999), some.sampled_from(["0", "+46", "0046 "]))
def test_any_telephone_number_in_sweden_is_taken(number: int, before: str) -> None:
    written = f"{before}{number}"
    assert a_telephone_number(written) == written
