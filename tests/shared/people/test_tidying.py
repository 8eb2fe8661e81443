"""What people write is tidied in one place, as it was meant; tidied again it is the same."""

import ast
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.people.tidying import tidy, tidy_lines

ROOT = Path(__file__).parents[3]
# To compare, to find numbers, to refuse what steers on the way out: nothing of it is stored.
LOOK_AT_LETTERS = {
    "services/notifications/src/notifications/channels/addresses.py",
    "shared/src/shared/people/tidying.py",
    "shared/src/shared/people/identity_numbers.py",
    "services/membership/src/membership/rules/organisation.py",
    "shared/src/shared/networks/documents.py",  # its own words, on one line
}


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("  Bageriet \u00a0 Ängen\tAB ", "Bageriet Ängen AB"),
        (unicodedata.normalize("NFD", "Räksmörgås"), "Räksmörgås"),
        ("Verk\u00adstan\u200b i\nUppsala", "Verkstan i Uppsala"),
        ("Admin\u202eBA", "AdminBA"),
        ("\ufeff\x00 \u200e", ""),
        ("\u200d\u200c", ""),
        ("\u2800 \u3164", ""),
        ("مخبز النور", "مخبز النور"),
        ("Bageriet\u061c \U000e0041\u2066X\ufe0f", "Bageriet X"),
        ("نان\u200cوا", "نان\u200cوا"),
        ("نان\u200b\u200c\u200cوا", "نان\u200cوا"),
        ("Bage\u200criet \u200d", "Bageriet"),
        ("क्\u200dष", "क्\u200dष"),
        ("A\u200d\u030asa", "Åsa"),
        ("A\u034f\u030asa", "Åsa"),
        ("Åsa \u200b Berg", "Åsa Berg"),
        ("Åsa  Berg", "Åsa Berg"),
        ("Asa\x85Berg", "Asa Berg"),
    ],
)
def test_a_text_is_stored_without_what_nobody_sees(written: str, stored: str) -> None:
    assert tidy(written) == stored


def test_a_postal_address_keeps_its_lines_without_those_that_hold_nothing() -> None:
    written = " c/o  Åsa \r\n\u200b\r\n Storga\u200dtan\u00a03\u2028753 20  Uppsala\n"
    assert tidy_lines(written) == "c/o Åsa\nStorgatan 3\n753 20 Uppsala"
    assert tidy_lines(" \u200d\n ") == ""


ANY = some.text(max_size=60) | some.text("aA\u030a\u200c\u200dن\u0915\u094d \n\u00ad\u034f")


@given(ANY)
def test_tidying_twice_is_tidying_once(written: str) -> None:
    for tidied in (tidy, tidy_lines):
        assert tidied(tidied(written)) == tidied(written)
        assert unicodedata.is_normalized("NFC", tidied(written))


def test_nobody_else_tidies() -> None:
    sources = {*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("shared/src/**/*.py")}
    for path in sources | {*ROOT.glob("deploy/operations/src/**/*.py")}:
        if path.relative_to(ROOT).as_posix() in LOOK_AT_LETTERS:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = {getattr(node, "id", ""), getattr(node, "attr", "")}
            assert not names & {"normalize", "is_normalized"}, path
            said = ast.unparse(node) if isinstance(node, ast.Call) else ""
            assert not said.startswith("' '.join(") or ".split()" not in said, f"{path}: {said}"
