"""Organisation numbers, checked by date and checksum. No error repeats one."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from stdnum.exceptions import ValidationError
from stdnum.se import orgnr

from shared.people.identity_numbers import read
from shared.people.tidying import tidy
from shared.time import clock

# Legal persons have at least 20 where a person's number has the month.
FIRST_MONTH_OF_LEGAL_PERSONS = 20
LEGAL_PERSON = re.compile("(?:16)?([0-9]{2}[2-9][0-9]{7})")  # 16 stands where a century would


def checked(number: str) -> str:
    """Give the ten digits of an organisation number; ValueError, without it, if it isn't one."""
    legal = LEGAL_PERSON.fullmatch(orgnr.compact(tidy(number)))
    try:
        return str(orgnr.validate(legal[1])) if legal else of_sole_trader(number)
    except (ValidationError, ValueError):
        raise ValueError("this isn't an organisation number") from None


def of_sole_trader(number: str) -> str:
    """Give the ten digits of a person's number: hers as a sole trader.

    Nobody trades under an interim number: Skatteverket knows people by the two other kinds.
    Registers of firms are older than people: the century may be any.
    """
    ten = read(number, clock.now().date(), born_since=1800)[2:]
    if not ten.isdigit():
        raise ValueError
    return ten


def is_of_sole_trader(digits: str) -> bool:
    """Tell whether the number is a person's: then it is identifying."""
    return int(digits[2:4]) < FIRST_MONTH_OF_LEGAL_PERSONS


OrganisationNumber = Annotated[
    str, Field(max_length=20, examples=["556000-0001"]), AfterValidator(checked)
]
