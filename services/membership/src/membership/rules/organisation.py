"""Organisations: how names are tidied, compared and looked at twice."""

import re
import unicodedata

# Employees: the bands of the European Commission's recommendation 2003/361/EC, by headcount.
BANDS = ((10, "micro"), (50, "small"), (250, "medium"))
ALPHABETS = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "HEBREW", "ARABIC", "SYRIAC", "COPTIC"}
LOOK_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁһҫӏαβεικνορτυχ",
    "abekmhopctyxijsdhclabeiknoptux",
)
# Zero-width joiner and non-joiner are letters' company in Persian and other scripts; they stay.
INVISIBLE = re.compile(
    r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x1f\x7f-\x9f]"
)
LEGAL_FORMS = (
    "(aktiebolag|ab|handelsbolag|hb|kommanditbolag|kb|ekonomisk förening|ek för|ideell förening)"
)
AT_THE_END = re.compile(rf"(?<=\S) {LEGAL_FORMS}( publ)?$")
AT_THE_START = re.compile(rf"^{LEGAL_FORMS} (?=\S)")


def size_of(employees: int) -> str:
    """Give the size band for a number of employees."""
    return next((band for below, band in BANDS if employees < below), "large")


def tidy(name: str) -> str:
    """Give the name in NFC, without invisible characters and superfluous spaces."""
    spaced = " ".join(unicodedata.normalize("NFC", name).split())
    return " ".join(INVISIBLE.sub("", spaced).split())


def alphabets(word: str) -> set[str]:
    """Give the alphabets that a word's letters come from."""
    letters = (unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha())
    return ALPHABETS.intersection(letters)


def has_mixed_letters(name: str) -> bool:
    """Tell whether some word mixes alphabets, as Törnеstam does with a Cyrillic е."""
    return any(len(alphabets(word)) > 1 for word in re.split(r"[\s\-/&.]+", name))


def name_key(name: str) -> str:
    """Give what stays of a name when case, legal form, signs and look-alike letters are let go."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    words = " ".join(re.sub(r"[^\w\s]", " ", folded).split()).split(" ")
    latin = " ".join(w.translate(LOOK_ALIKE) if len(alphabets(w)) > 1 else w for w in words)
    return AT_THE_START.sub("", AT_THE_END.sub("", latin))
