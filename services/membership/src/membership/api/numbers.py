"""Organisation numbers, checked by date and checksum. No error repeats one."""

from typing import Annotated

from pydantic import AfterValidator, Field
from stdnum.exceptions import ValidationError
from stdnum.se import orgnr, personnummer

# Legal persons have at least 20 where a person's number has the month.
FIRST_MONTH_OF_LEGAL_PERSONS = 20
COORDINATION = 60  # samordningsnummer: the day of birth + 60
CENTURIES = {"16", "18", "19", "20"}  # 16 stands before a legal person's number
SHORT, LONG = 10, 12


def checked(number: str) -> str:
    """Give the ten digits of an organisation number; ValueError, without it, if it isn't one."""
    digits = orgnr.compact(number.replace("+", "-"))
    if len(digits) == LONG and digits[:2] in CENTURIES:
        digits = digits[2:]
    try:
        orgnr.validate(digits)
        if is_of_sole_trader(digits):
            check_date(digits)
    except ValidationError:
        raise ValueError("this isn't an organisation number") from None
    return digits


def is_of_sole_trader(digits: str) -> bool:
    """Tell whether the number is a person's: then it is identifying."""
    return int(digits[2:4]) < FIRST_MONTH_OF_LEGAL_PERSONS


def check_date(digits: str) -> None:
    """Refuse a person's number that no day of birth stands behind."""
    day = int(digits[4:6])
    born = day - COORDINATION if day > COORDINATION else day
    personnummer.get_birth_date(f"{digits[:4]}{born:02}-{digits[6:]}")


OrganisationNumber = Annotated[str, Field(max_length=20), AfterValidator(checked)]
