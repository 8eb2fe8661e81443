"""Organisations: how names are compared and looked at twice."""

import re
import unicodedata

# Employees: the bands of the European Commission's recommendation 2003/361/EC, by headcount.
BANDS = ((10, "micro"), (50, "small"), (250, "medium"))
ALPHABETS = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "HEBREW", "ARABIC", "SYRIAC", "COPTIC"}
LOOK_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁһҫӏԛԝүαβεικνορτυχηζ",
    "abekmhopctyxijsdhclqwyabeiknoptuxhz",
)
LEGAL_FORMS = (
    "(aktiebolag(et)?|ab|handelsbolag(et)?|hb|kommanditbolag(et)?|kb|enskild firma"
    "|ekonomisk förening|ek för|ideell förening)"
)
AT_THE_END = re.compile(rf"(?<=\S)( {LEGAL_FORMS})?( publ| i likvidation| i konkurs)*$")
AT_THE_START = re.compile(rf"^{LEGAL_FORMS} (?=\S)")


def size_of(employees: int) -> str:
    """Give the size band for a number of employees."""
    return next((band for below, band in BANDS if employees < below), "large")


def says_something(name: str) -> bool:
    """Tell whether a tidy name holds a letter or digit."""
    return any(letter.isalnum() for letter in name)


def alphabets(word: str) -> set[str]:
    """Give the alphabets that a word's letters come from."""
    letters = (unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha())
    return ALPHABETS.intersection(letters)


def has_mixed_letters(name: str) -> bool:
    """Tell whether some word mixes alphabets, as Törnеstam does with a Cyrillic е."""
    words = re.split(r"[\s\-\u2010-\u2015\u2212/&.]+", name)
    return any(len(alphabets(word)) > 1 for word in words)


def name_key(name: str) -> str:
    """Give what stays of a name when case, legal form, signs and look-alike letters are let go."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(LOOK_ALIKE)
    plain = " ".join("".join(map(essence, folded)).split())
    return AT_THE_START.sub("", AT_THE_END.sub("", plain)) or name


def essence(letter: str) -> str:
    """Give a letter, mark or digit as it is, nothing for what isn't seen, else a space."""
    category = unicodedata.category(letter)
    return letter if category[0] in "LMN" else "" if category == "Cf" else " "
