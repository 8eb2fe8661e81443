"""What goes into a mail, and what comes out: the facts are an allow-list of codes and a day."""

import re
from dataclasses import dataclass
from datetime import date

CODE = re.compile("(?!.*[0-9]{5})[a-z][a-z0-9_-]{0,63}")  # and nobody's number
CASE = re.compile("[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a template can see. No person, no reason, no free text."""

    network: str
    case: str  # eight hexadecimal digits of its id; the first of a UUIDv7 only tell the time
    unit: str  # empty where it is no unit's case
    act_by: date | None
    role: str

    def __post_init__(self) -> None:
        codes = [self.network, self.role, self.unit or "none"]
        if not CASE.fullmatch(self.case) or not all(CODE.fullmatch(code) for code in codes):
            raise ValueError("a fact that isn't a code doesn't go into a mail")


@dataclass(frozen=True, slots=True)
class Rendered:
    """One mail's words, ready to be handed over."""

    subject: str
    text: str
    html: str
    language: str = "sv"
    network: str = ""  # its name, which stands beside the sender's address
    template: str = ""
