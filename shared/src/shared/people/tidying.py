"""How what people write is tidied: the one place, whichever way it comes in."""

import re
import unicodedata

# Of no category of controls and formats, and yet nobody sees them.
BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
JOINERS = re.compile("[\u200c\u200d]+")
# Scripts in which letters are joined or kept apart by a joiner that nobody sees.
JOINING = {"ARABIC", "SYRIAC", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL"}
JOINING |= {"TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR", "MONGOLIAN"}


def tidy(text: str) -> str:
    """Give a text in NFC on one line, without what nobody sees, words one space apart."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = "".join(letter for letter in BLANK.sub("", text) if is_kept(letter))
    joined = JOINERS.sub(joiner, " ".join(kept.split()))
    # At the end: a joiner that was taken away kept a letter and its accent apart.
    return unicodedata.normalize("NFC", " ".join(joined.split()))


def tidy_lines(text: str) -> str:
    """Give a text of several lines, each tidied; those that hold nothing go."""
    return "\n".join(filter(None, map(tidy, text.splitlines())))


def is_kept(letter: str) -> bool:
    """Tell whether a character isn't a control, a format, a private one or none at all."""
    seen = not unicodedata.category(letter).startswith("C")
    return seen or letter.isspace() or bool(JOINERS.match(letter))


def joiner(found: re.Match[str]) -> str:
    """Keep a joiner between letters of scripts that need it, once."""
    text, (begin, end) = found.string, found.span()
    around = text[begin - 1 : begin] + text[end : end + 1]
    scripts = [unicodedata.name(letter, "?").split()[0] for letter in around]
    return found[0][0] if len(scripts) == len("xx") and JOINING.issuperset(scripts) else ""
