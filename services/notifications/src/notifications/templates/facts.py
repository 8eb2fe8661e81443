"""What goes into a mail, and what comes out: the facts are an allow-list of codes and days."""

import re
from dataclasses import dataclass
from datetime import date

from shared.people.identity_numbers import holds_identity_number

CODE = re.compile("[a-z][a-z0-9_-]{0,63}")  # whatever a network's profile may name so
CASE = re.compile("[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a template can see. No person, no reason, no free text."""

    network: str
    case: str  # eight hexadecimal digits of its id; the first of a UUIDv7 only tell the time
    unit: str  # empty where it is no unit's case
    act_by: date | None
    role: str
    on: date  # on which it happened
    instead_of: str = ""  # of what tells staff to tell it: the template that nobody could be sent

    def __post_init__(self) -> None:
        codes = [self.network, self.role, *filter(None, (self.unit, self.instead_of))]
        if not CASE.fullmatch(self.case) or not all(map(is_code, codes)):
            raise ValueError("a fact that isn't a code doesn't go into a mail")


def is_code(text: str) -> bool:
    """Tell a code, which is nobody's number."""
    return bool(CODE.fullmatch(text)) and not holds_identity_number(text)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One mail's words, ready to be handed over."""

    subject: str
    text: str
    html: str
    language: str = "sv"
    network: str = ""  # its name, which stands beside the sender's address
