"""How a person's name and contact details are written; no error repeats any of it."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool

from matching.identities.numbers import checked
from shared.acts import Body, NoNumber
from shared.machines import Unfit
from shared.mailboxes import Email

JOINERS = "\u200c\u200d"  # Arabic and Syriac letters are joined and kept apart by them
TELEPHONE = re.compile(r"\+?[0-9 ()/-]{5,30}")
CODE = re.compile(r"[a-z0-9_]{1,40}(:[a-z0-9_]{1,40})?")


def tidy(text: str) -> str:
    """Give a text in NFC, without characters that nobody sees, words one space apart."""
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(letter for letter in spaced if is_seen(letter)).strip()


def is_seen(letter: str) -> bool:
    return letter in JOINERS or not unicodedata.category(letter).startswith("C")


def a_name(text: str) -> str:
    name = tidy(text)
    if not has_letter(name):
        raise ValueError("a name has a letter")
    _, comma, given = name.partition(",")
    if comma and not has_letter(given):
        raise ValueError("behind the comma stands a first name")
    return name


def has_letter(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def a_telephone_number(text: str) -> str:
    number = tidy(text)
    if not TELEPHONE.fullmatch(number):
        raise ValueError("it isn't a telephone number")
    return number


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
        return checked(written, today)
    except ValueError as error:
        raise Unfit("/identity_number", "not_an_identity_number", str(error)) from None


Name = Annotated[str, Field(max_length=200), AfterValidator(a_name), NoNumber]
Telephone = Annotated[str, Field(max_length=60), AfterValidator(a_telephone_number)]
Street = Annotated[str, Field(max_length=300), AfterValidator(tidy)]
Abilities = Annotated[dict[str, bool], BeforeValidator(abilities), Field(max_length=500)]


class Contact(Body):
    """How she is reached, and in which language; what is left out is unknown."""

    language: Annotated[str, Field(max_length=10)]
    wants_email: StrictBool
    email: Email | None = None
    phone: Telephone | None = None
    address: Street | None = None

    def contact(self) -> dict[str, Any]:
        return self.model_dump(include={"wants_email", "email", "phone", "address"})
