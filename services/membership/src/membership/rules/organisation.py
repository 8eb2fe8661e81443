"""Organisations: how names are tidied, compared and looked at twice."""

import re
import unicodedata

# Employees: the bands of the European Commission's recommendation 2003/361/EC, by headcount.
BANDS = ((10, "micro"), (50, "small"), (250, "medium"))
ALPHABETS = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "HEBREW", "ARABIC", "SYRIAC", "COPTIC"}
LOOK_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁһҫӏԛԝүαβεικνορτυχηζ",
    "abekmhopctyxijsdhclqwyabeiknoptuxhz",
)
# Scripts in which letters are joined or kept apart by a joiner that nobody sees.
JOINING = {"ARABIC", "SYRIAC", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL"}
JOINING |= {"TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR", "MONGOLIAN"}
JOINERS = "\u200c\u200d"
# Not of the category of controls and formats, and yet nobody sees them.
BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")
LEGAL_FORMS = (
    "(aktiebolag(et)?|ab|handelsbolag(et)?|hb|kommanditbolag(et)?|kb|enskild firma"
    "|ekonomisk förening|ek för|ideell förening)"
)
AT_THE_END = re.compile(rf"(?<=\S)( {LEGAL_FORMS})?( publ| i likvidation| i konkurs)*$")
AT_THE_START = re.compile(rf"^{LEGAL_FORMS} (?=\S)")


def size_of(employees: int) -> str:
    """Give the size band for a number of employees."""
    return next((band for below, band in BANDS if employees < below), "large")


def tidy(name: str) -> str:
    """Give the name in NFC, without invisible characters and superfluous spaces."""
    spaced = " ".join(BLANK.sub("", unicodedata.normalize("NFC", name)).split())
    seen = "".join(
        letter for place, letter in enumerate(spaced) if is_seen(letter) or joins(spaced, place)
    )
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def is_seen(letter: str) -> bool:
    """Tell whether a character isn't a control, a format, a private one or none at all."""
    return not unicodedata.category(letter).startswith("C")


def joins(name: str, place: int) -> bool:
    """Tell whether a joiner stands between letters of a script that needs it."""
    around = name[place - 1 : place] + name[place + 1 : place + 2]
    scripts = [unicodedata.name(letter, "?").split()[0] for letter in around]
    return name[place] in JOINERS and len(scripts) == len(JOINERS) and JOINING.issuperset(scripts)


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
