"""Organisation numbers, checked by date and checksum. No error repeats one."""

from typing import Annotated

from pydantic import AfterValidator, Field
from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.se import orgnr, personnummer

from shared import clock

# Legal persons have at least 20 where a person's number has the month.
FIRST_MONTH_OF_LEGAL_PERSONS = 20
COORDINATION = 60  # samordningsnummer: the day of birth + 60
CENTURY_OF_LEGAL_PERSONS = "16"  # stands where a person's number has the century
CENTURIES = {"18", "19", "20"}
SHORT, LONG = 10, 12


def checked(number: str) -> str:
    """Give the ten digits of an organisation number; ValueError, without it, if it isn't one."""
    digits = orgnr.compact(number.replace("+", "-"))
    century, digits = (digits[:2], digits[2:]) if len(digits) == LONG else ("", digits)
    try:
        orgnr.validate(digits)
        check_century(century, digits)
    except ValidationError:
        raise ValueError("this isn't an organisation number") from None
    return digits


def is_of_sole_trader(digits: str) -> bool:
    """Tell whether the number is a person's: then it is identifying."""
    return int(digits[2:4]) < FIRST_MONTH_OF_LEGAL_PERSONS


def check_century(century: str, digits: str) -> None:
    """Refuse a century that doesn't go with the number, and a person's without a day of birth."""
    if not is_of_sole_trader(digits):
        if century not in {"", CENTURY_OF_LEGAL_PERSONS}:
            raise InvalidComponent
        return
    if century and century not in CENTURIES:
        raise InvalidComponent
    day = int(digits[4:6])
    written = f"{day - COORDINATION if day > COORDINATION else day:02}"
    born = personnummer.get_birth_date(f"{century}{digits[:4]}{written}-{digits[6:]}")
    if century and born > clock.now().date():
        raise InvalidComponent


OrganisationNumber = Annotated[str, Field(max_length=20), AfterValidator(checked)]
