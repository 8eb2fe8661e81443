"""Identity numbers of people: read, found in any text, and masked. One rule for all of them.

A number is ten digits, or twelve with the century: six of a day of birth, three of a birth number
from 001 to 999, and a check digit (folkbokföringslagen 1991:481, 18 §; Skatteverket SKV 704).

- Samordningsnummer add 60 to the day (SKV M 2010:3, 2). Where a part of the birth is unknown the
  month is 00 or the day 60, and a day may be one that its month hasn't: the test numbers that
  Skatteverket publishes hold all three. So they are judged by ranges, never by the calendar.
- Interim numbers have a letter in place of the first digit of the birth number; it counts as 1.

python-stdnum knows the calendar and the check digit of a personnummer. Its `personnummer` refuses
samordningsnummer and interim numbers and takes the birth number 000, and it reads one number, while
we look for numbers in texts: hence the rest.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from urllib.parse import unquote

from stdnum import iban, luhn
from stdnum.se import personnummer
from stdnum.util import clean

MASK, NOTHING = "[masked]", "\0"
COORDINATION, FIRST_YEAR = 60, 1900
INTERIM = "TRSUWXJKLMN"
UNUSUAL = re.compile("[^ -~]")
BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # of no category of spaces, and yet nobody sees them
# Of Cyrillic and Greek, what nobody tells from Latin.
TWINS = str.maketrans("ТЅХЈКМОІоΤΧΚΜΝΟΙο", "TSXJKMOIoTXKMNOIo")

WITHIN, POINT = "[-. ]?", "[-., ]?"  # 8 9 0 1 …, and the point of 1.98901023286E+11
BETWEEN, SIGN = "[-./_() ]{0,3}", "[-+./_() ]"
LAST = rf"[\d{INTERIM}{INTERIM.lower()}](?:{WITHIN}\d){{3}}"
TEN = rf"\d{POINT}\d{BETWEEN}[01]{WITHIN}\d{BETWEEN}\d{WITHIN}\d{SIGN}{{0,3}}{LAST}"
TWELVE = rf"(?:1{POINT}[89]|2{POINT}0){BETWEEN}{TEN}"
END = r"(?=01(?!\d)|(?!\d))"  # 01: in a VAT number, SE890102328601
# A form is looked for from behind its first digit, a place that `re` finds quickly.
FORMS = [
    re.compile(rf"{first}(?<!\d\d)(?<=(?=({form}){END})\d)")
    for first, form in (("[12]", TWELVE), (r"\d", TEN))
]
WHOLE = re.compile(rf"SE[- ]?(?P<vat>{TEN})[- ]?01|(?P<plain>{TWELVE}|{TEN})")
FLOAT = re.compile(r"(?:[.,]0+|E\+?0?(?:9|11))$")  # as spreadsheets write 890102 3286
HEX = "[0-9a-fA-F]"
ESCAPED = re.compile(
    rf"[\\%](?:(?<=%)(?:[0-7]{HEX}|[c-fC-F]{HEX}(?:%[89abAB]{HEX}){{1,3}})|(?<=\\)\\{{0,7}}(?:"
    rf"[nrtfv]|x{HEX}{{2}}|U00(?:0{HEX}|10){HEX}{{4}}|u[dD][89abAB]{HEX}{{2}}\\{{1,8}}u[dD][c-fC-F]{HEX}{{2}}|u{HEX}{{4}}))"
)
CODE = re.compile(f"[uUx]({HEX}+)")
# Their digits are nobody's: a UUID (RFC 9562), a SHA-256, a moment (RFC 3339), an IBAN.
UUID = rf"{HEX}{{8}}-{HEX}{{4}}-[1-8]{HEX}{{3}}-[89abAB]{HEX}{{3}}-{HEX}{{12}}"
MADE = rf"{UUID}|(?<!{HEX}){HEX}{{64}}(?!{HEX})"
OTHERS = re.compile(
    rf"{MADE}"
    r"|\d{4}-?\d\d-?\d\d(?:T[0-2]\d:?| [0-2]\d:)[0-5]\d(?::?\d\d)?(?:\.\d+)?"
    r"(?:Z|[-+]\d\d:?\d\d)?(?!\d)"
    r"|(?P<iban>\b[A-Z]{2}\d\d(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?\b)"
)

# What follows is looked for where no number belongs: there we had rather refuse too much.
TYPED = str.maketrans("Ool|I", "00111")
NINE = re.compile(r"(?:\D*\d){9}")  # an interim number has so many
# 198'901'023'286, and what is dressed as a UUID; a percent sign or a backslash begins an escape.
ODD = re.compile(r"-|(?<=\d)(?:[^\w:, %\\]|_|,(?=\d{3}(?!\d)))(?=\d)")
YEAR, MONTH, DAY = r"(?:1[89]|20)?\d\d", r"(?:0\d|1[0-2])", r"(?:0[1-9]|[12]\d|3[01]|[6-8]\d|9[01])"
COORDINATED = re.compile(rf"\d{{4}}{MONTH}(?:[6-8]\d|9[01])\d{{4}}")
APART = re.compile(rf"(?<!\d)({YEAR})([-./ ])({MONTH})\2({DAY})(?!\d)")
BIRTH = rf"(?<!\d){YEAR}{MONTH}{DAY}"
# A day in other forms: 1989-1-2, 2/1 1989, 2:a januari 1989.
FULL, NUMBERED = r"(?:1[89]|20)\d\d", r"(?:0?\d|1[0-2])"
NAMED = (
    r"(?::?[a-z]{1,2})?[. ]*(?:jan|feb|mar|apr|ma[jy]|ju[nl]|aug|sep|o[ck]t|nov|dec)[a-z]*[-. ]*"
)
YEAR_FIRST = rf"{BIRTH}|{FULL}[-./]{NUMBERED}[-./]\d\d?"
DAY_FIRST = rf"(?<!\d)[0-3]?\d(?:[-./]{NUMBERED}[-./ ]|{NAMED}){FULL}"
CLOSE = rf"{SIGN}{{1,3}}[\d{INTERIM}]\d{{3}}(?!\d|[-./]\d)"
DATED = re.compile(rf"(?i)(?:{YEAR_FIRST}|{DAY_FIRST}){CLOSE}")
HALVES = re.compile(rf"({BIRTH})\D+(\d{{4}})(?!\d)")


@lru_cache(10_000)
def fold(letter: str) -> str:
    """Give the one ASCII character that people take this one for, NOTHING if they don't see it."""
    if (digit := unicodedata.digit(letter, None)) is not None:
        return str(digit)
    seen = unicodedata.normalize("NFKC", letter)
    seen = seen if len(seen) == 1 else letter
    category = unicodedata.category(seen)
    if seen.isspace() or letter in BLANK:
        return " "
    if category in {"Mn", "Me"} or category.startswith("C"):
        return NOTHING
    return "-" if category == "Pd" else clean(seen).translate(TWINS)


def folded(text: str) -> tuple[str, Sequence[int]]:
    """Give a text as it is seen, in ASCII where it can be, and where each character stood."""
    seen = UNUSUAL.sub(lambda found: fold(found[0]), text)
    if NOTHING not in seen:
        return seen, range(len(seen) + 1)
    places = [place for place, letter in enumerate(seen) if letter != NOTHING]
    return seen.replace(NOTHING, ""), [*places, len(seen)]


def unescaped(found: re.Match[str]) -> str:
    r"""Give the character behind \u0031, \n or %20, filled up: what follows stays in its place."""
    if found[0].startswith("%"):
        letter = unquote(found[0])
    else:
        written = "".join(chr(int(code, 16)) for code in CODE.findall(found[0])) or " "
        letter = written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return letter.ljust(len(found[0]), NOTHING)


def compact(number: str) -> str:
    """Give letters and digits of a number as it was found."""
    return "".join(letter for letter in number if letter.isalnum()).upper()


def is_number(digits: str) -> bool:
    """Tell whether ten or twelve digits are somebody's: by day, birth number and check digit."""
    # 2000 had a 29 February: without a century, that is what the day may be.
    whole = re.sub(f"[{INTERIM}]", "1", f"20{digits}"[-12:])
    if whole[-4:-1] == "000" or not luhn.is_valid(whole[2:]):
        return False
    return bool(COORDINATED.fullmatch(whole) or personnummer.is_valid(f"{whole[:8]}-{whole[8:]}"))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Give where identity numbers begin and end in a text, in whatever form they are written.

    Not among further digits: those make another number.
    """
    for written in {text, ESCAPED.sub(unescaped, text)}:
        seen, places = folded(written)
        found = (one.span(1) for form in FORMS for one in form.finditer(seen))
        numbers = [(begin, end) for begin, end in found if is_number(compact(seen[begin:end]))]
        others = [*filter(is_other, OTHERS.finditer(seen))] if numbers else []
        for begin, end in numbers:
            if not any(one.start() <= begin and end <= one.end() for one in others):
                yield places[begin], places[end]


def is_other(found: re.Match[str]) -> bool:
    return not found["iban"] or bool(iban.is_valid(found["iban"]))


def holds_identity_number(text: str) -> bool:
    """Tell whether a text holds an identity number in any written form."""
    return any(True for _ in spans(text))


def may_name_somebody(text: str) -> bool:
    """Tell whether words that a caller chose may hold a number, also dressed as a UUID."""
    # Unescaped before it is folded, too: else a wide %００ would become an escape by folding.
    written = {text, ESCAPED.sub(unescaped, text)}
    seen = {folded(one)[0] for one in written}
    return any(
        NINE.match(form)
        and (holds_identity_number(ODD.sub(" ", APART.sub(r"\1\3\4", form))) or holds_halves(form))
        for form in seen | {one.translate(TYPED) for one in seen}
    )


def holds_halves(seen: str) -> bool:
    """Tell whether a day of birth is followed by four digits: close by, or by its own four.

    Close by any will do: a number with a slip of the pen is most of somebody's. Behind words
    (890102, sista fyra 3286) they have to fit, or no address could hold a day. Not seen are numbers
    in words, and halves apart that have digits between them or a day that isn't six or eight.
    """
    words = re.sub(MADE, "", APART.sub(r"\1\3\4", seen))
    return bool(DATED.search(words)) or any(map(is_number, map("".join, HALVES.findall(words))))


def mask(text: str) -> str:
    """Hide every identity number in a text."""
    kept, at = [], 0
    for begin, end in sorted(spans(text)):
        if end > at:
            kept += [text[at:begin], MASK] if begin >= at else []
            at = end
    return "".join([*kept, text[at:]])


def read(written: str, today: date, born_since: int = FIRST_YEAR) -> str:
    """Return the twelve characters of a number however written; ValueError without it if none.

    The century comes from the sign (18 §: a plus from the year in which one turns a hundred); a
    number without a sign is read as with a minus.
    """
    seen = folded(written)[0].strip(" ='\"").upper()  # of a spreadsheet, ="890102-3286"
    if found := WHOLE.fullmatch(FLOAT.sub("", seen)):
        number = found["vat"] or found["plain"]
        digits = compact(number)
        whole = (century(digits, number, today) + digits)[-12:]
        # In part it is 0 where samordningsnummer don't know it.
        born = f"{whole[:6]}{int(whole[6:8]) % COORDINATION:02}"
        if is_number(whole) and f"{born_since}" <= born <= f"{today:%Y%m%d}":
            return whole
    raise ValueError("this isn't an identity number")


def century(digits: str, number: str, today: date) -> str:
    """Give the century in which somebody of that age was born."""
    turned = today.year - int(digits[:2]) - (100 if "+" in number else 0)
    return f"{turned // 100}"
