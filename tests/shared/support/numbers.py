"""Made-up identity numbers of each kind, and the many ways in which people write one."""

import json
from datetime import date
from urllib.parse import quote

from hypothesis import strategies as some
from stdnum import luhn

TODAY = date(2026, 3, 2)
DIGITS = "0123456789"
SCRIPTS = [DIGITS, "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "⓪①②③④⑤⑥⑦⑧⑨", "⁰¹²³⁴⁵⁶⁷⁸⁹"]
DASHES = [
    "-",
    "\u2010",
    "\u2011",
    "\u2013",
    "\u2014",
    "\u2212",
    "\uff0d",
    "\u2e3a",
    " - ",
    " \u2013 ",
]
SPACES = [" ", "\u00a0", "\u2007", "\u2009", "\u202f", "\u3000", "\t", "\n"]
UNSEEN = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u0336", "\x00", "\x1b", "\ue000"]
SIGNS = ["", "/", ".", "_", *DASHES, *SPACES]


def checked(nine: str) -> str:
    """Add the check digit to nine; a letter counts as 1."""
    number = "".join("1" if letter.isalpha() else letter for letter in nine)
    return nine + luhn.calc_check_digit(number)


@some.composite
def wholes(draw: some.DrawFn) -> str:
    """Make twelve characters of a personnummer, samordningsnummer or interim number."""
    born, serial = draw(some.dates(date(1900, 1, 1), TODAY)), draw(some.integers(1, 999))
    year, day = f"{born:%Y}", f"{born:%m%d}"
    kind = draw(some.sampled_from(["person", "known", "parts", "interim"]))
    if kind == "known":
        day = f"{born:%m}{born.day + 60}"
    elif kind == "parts":
        month = draw(some.integers(0, 12 if born.year < TODAY.year else 0))
        day = f"{month:02}{draw(some.integers(60, 91 if born.year < TODAY.year else 60))}"
    last = f"{serial:03}"
    if kind == "interim":
        last = draw(some.sampled_from("TRSUWXJKLMN")) + last[1:]
    return year[:2] + checked(f"{year[2:]}{day}{last}")


@some.composite
def written(draw: some.DrawFn, whole: str) -> str:
    """Write a number in one of the ways in which people and spreadsheets do."""
    century, year, month, day, last = whole[:2], whole[2:4], whole[4:6], whole[6:8], whole[8:]
    century = century if draw(some.booleans()) else ""
    old = TODAY.year - int(whole[:4]) >= 100 and not century
    within = draw(some.sampled_from(SIGNS)), draw(some.sampled_from(SIGNS))
    before = draw(some.sampled_from(["+", "＋", " + "] if old else SIGNS))
    text = f"{century}{year}{within[0]}{month}{within[1]}{day}{before}{last}"
    spaced = " ".join(century + whole[2:])
    text = draw(some.sampled_from([text, text.lower(), text if old else spaced]))
    script = draw(some.sampled_from(SCRIPTS))
    text = text.translate(str.maketrans(DIGITS, script))
    gaps = draw(some.lists(some.integers(1, len(text) - 1), max_size=3, unique=True))
    for gap in sorted(gaps, reverse=True):
        text = text[:gap] + draw(some.sampled_from(UNSEEN)) + text[gap:]
    if last.isdigit():
        wrap = draw(
            some.sampled_from(
                ["{}", "{}", "{}", "{}.0", "{},00", "='{}'", "SE{}01", "SE {} 01", " {}\n"]
            )
        )
        text = wrap.format(text) if "SE" not in wrap or not century else text
    return text


@some.composite
def escaped(draw: some.DrawFn, text: str) -> str:
    """Write a text as programs pass it on: as it is, as JSON, as JSON in JSON, in an address."""
    return draw(
        some.sampled_from(
            [text, json.dumps(text), json.dumps(json.dumps(text)), quote(text), repr(text)]
        )
    )
