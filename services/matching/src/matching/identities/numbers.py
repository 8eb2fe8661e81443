"""Identity numbers, checked by date and checksum, in one form. No error repeats one."""

from datetime import date

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.se import personnummer

COORDINATION = 60  # samordningsnummer: the day of birth + 60
LONG = 12
FIRST_YEAR = 1900


def checked(written: str, today: date) -> str:
    """Give the twelve digits of a number however written; ValueError, without it, if it is none.

    The century comes from the sign (folkbokföringslagen 1991:481, 18 §: a plus from the year in
    which one turns a hundred); a number without a sign is read as with a minus.
    """
    try:
        digits, sign = parts(personnummer.compact(written))
        whole = digits if len(digits) == LONG else century(digits, sign, today) + digits
        check(whole, today)
    except (ValidationError, ValueError, IndexError):
        raise ValueError("this isn't an identity number") from None
    return whole


def parts(compact: str) -> tuple[str, str]:
    """Take a compact number apart: its digits, and the sign before the last four."""
    digits, sign = compact[:-5] + compact[-4:], compact[-5]
    if sign not in "-+" or not (digits.isascii() and digits.isdigit()):
        raise ValueError
    return digits, sign


def century(digits: str, sign: str, today: date) -> str:
    """Give the century in which somebody of that age was born."""
    turned = today.year - int(digits[:2]) - (100 if sign == "+" else 0)
    return f"{turned // 100}"


def check(digits: str, today: date) -> None:
    """Refuse what isn't twelve digits, a day of birth that was, and the right last digit."""
    day = int(digits[6:8])
    born = date(
        int(digits[:4]), int(digits[4:6]), day - COORDINATION if day > COORDINATION else day
    )
    if len(digits) != LONG or born > today or born.year < FIRST_YEAR:
        raise ValueError
    luhn.validate(digits[2:])
