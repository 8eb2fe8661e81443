"""What became of a mail, by the step at which its conversation ended and the server's code."""

from dataclasses import dataclass
from typing import Literal

Result = Literal["accepted", "refused", "deferred", "uncertain", "unsendable"]

# Before the recipient is named the trouble is everybody's: a wrong password isn't her fault.
EVERYBODYS = {"connect", "starttls", "login", "ehlo", "mail"}
BUSY = {421, 451}  # it takes nobody's mail for now
WANTS_LOGIN = 530
GOOD, LATER, NEVER = 2, 4, 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """`why` is a step and a code such as `rcpt 550`, never a server's text: it may name somebody.

    `unsendable`: no mail can be made of it, or this server can't take such an address.
    """

    result: Result
    why: str = ""
    pause_all: bool = False  # the trouble is everybody's: no other mail is worth trying now


def refused_before_the_dot(step: str, code: int) -> Outcome:
    everybodys = step in EVERYBODYS or code in BUSY or code == WANTS_LOGIN
    if code // 100 == NEVER and not everybodys:
        return Outcome("refused", f"{step} {code}")
    return Outcome("deferred", f"{step} {code}", everybodys)


def broken(step: str, error: Exception) -> Outcome:
    """Before the final dot nothing was delivered, whatever broke."""
    return Outcome("deferred", f"{step} {type(error).__name__}", step in EVERYBODYS)


def ended(code: int) -> Outcome:
    """Read the answer to the final dot; one that nobody understands leaves it open."""
    why = f"dot {code}"
    if code // 100 == GOOD:
        return Outcome("accepted", why)
    if code // 100 == NEVER:
        return Outcome("refused", why)
    if code // 100 == LATER:
        return Outcome("deferred", why, code in BUSY)
    return Outcome("uncertain", why)
