"""How a person's name and contact details are written; no error repeats any of it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool

from shared.http.requests import NUMBER_ALLOWED, Body
from shared.machines import Unfit
from shared.people import identity_numbers
from shared.people.mailboxes import Email
from shared.people.tidying import tidy, tidy_lines

# Between two separators stand at most 15 digits (ITU-T E.164), behind the 00 of a call abroad.
TELEPHONE = re.compile(r"(?!(?:00)?\d{16})(?!.+\d{16})\+?[0-9 ()./-]{5,30}")
SWEDISH = re.compile(r"(?:\+46|0046|0)[ ./-]?(?:\(0\)[ ./-]?)?[1-9](?:[ ()./-]{0,2}[0-9]){6,8}")
# Behind a switchboard's number stands which telephone of the house: ankn. 1234, x12.
EXTENSION = re.compile(r"(?i),? ?(?:anknytning|ankn|ank|extension|ext|x)[.:]{0,2} ?([0-9]{1,5})$")
MOST_DIGITS = 3
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_AS_WRITTEN = 200, 300, 1_000
CODE = re.compile(r"[a-z0-9_]{1,40}(:[a-z0-9_]{1,40})?")


def a_name(text: str) -> str:
    """Give a name as it is shown; more digits than three are a number, in whatever form."""
    name = tidy(text)
    if len(name) > LONGEST_NAME:  # in its one form, which may be longer than what was written
        raise ValueError(f"a name has at most {LONGEST_NAME} characters")
    if not has_letter(name):
        raise ValueError("a name has a letter")
    if sum(map(str.isdigit, name)) > MOST_DIGITS:
        raise ValueError("a name has at most three digits")
    _, comma, given = name.partition(",")
    if comma and not has_letter(given):
        raise ValueError("behind the comma stands a first name")
    return name


def has_letter(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def a_telephone_number(text: str) -> str:
    """Give a telephone number as written, in ASCII; refuse what is an identity number.

    Ten digits may be either. What begins as numbers in Sweden do, with a 0 or +46, is a telephone,
    also if somebody's ten digits would begin so, unless its digits stand as in an identity number.
    All else that could be somebody's is refused, also the few telephones abroad that could be,
    and a number that an extension makes somebody's.
    """
    whole, _ = identity_numbers.folded(tidy(text))
    number = EXTENSION.sub("", whole)
    if not TELEPHONE.fullmatch(number):
        raise ValueError("it isn't a telephone number")
    for written in {number, EXTENSION.sub(r" \1", whole), EXTENSION.sub(r"\1", whole)}:
        ordinary = SWEDISH.fullmatch(written) or not identity_numbers.may_name_somebody(written)
        if not ordinary or identity_numbers.holds_halves(written):
            raise ValueError("it never holds an identity number")
    return whole


def an_address(text: str) -> str | None:
    """Give a postal address, which may have several lines; one of nothing that is seen is none."""
    address = tidy_lines(text)
    if len(address) > LONGEST_ADDRESS:
        raise ValueError(f"an address has at most {LONGEST_ADDRESS} characters")
    return address or None


def abilities(said: object) -> object:
    """Refuse what isn't codes with yes or no, before an error names the code, which is input."""
    if isinstance(said, Mapping) and all(map(is_ability, said.items())):
        return said
    raise ValueError("abilities are codes of requirements, each true or false")


def is_ability(item: tuple[Any, Any]) -> bool:
    code, can = item
    return isinstance(code, str) and bool(CODE.fullmatch(code)) and isinstance(can, bool)


def identity_number(written: str, today: date) -> str:
    """Give the number in its one form; Unfit if it is none."""
    try:
        return identity_numbers.read(written, today)
    except ValueError as error:
        raise Unfit("/identity_number", "not_an_identity_number", str(error)) from None


Name = Annotated[
    str, Field(max_length=LONGEST_AS_WRITTEN, examples=["Åsa Öberg"]), AfterValidator(a_name)
]
Telephone = Annotated[str, Field(max_length=60), AfterValidator(a_telephone_number)]
Street = Annotated[str, Field(max_length=LONGEST_AS_WRITTEN), AfterValidator(an_address)]
Abilities = Annotated[dict[str, bool], BeforeValidator(abilities), Field(max_length=500)]


class Contact(Body):
    """How she is reached, and in which language; what is left out is unknown."""

    language: Annotated[str, Field(max_length=10, examples=["sv"])]
    wants_email: StrictBool
    email: Email | None = None
    phone: Annotated[Telephone | None, NUMBER_ALLOWED] = None  # Telephone refuses it itself
    address: Street | None = None

    def contact(self) -> dict[str, Any]:
        return self.model_dump(include={"wants_email", "email", "phone", "address"})
