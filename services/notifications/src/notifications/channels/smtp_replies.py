"""What became of a mail, by the step at which its conversation ended and the server's code."""

import re
from dataclasses import dataclass
from typing import Literal

Result = Literal["accepted", "refused", "deferred", "uncertain", "unsendable"]

# Before the recipient is named the trouble is everybody's: a wrong password isn't her fault.
EVERYBODYS = {"connect", "starttls", "login", "ehlo", "mail"}
BUSY = {421, 451}  # it takes nobody's mail for now
WANTS_LOGIN = 530
LATER, NEVER = 4, 5
# RFC 3463: security or policy. It is about us or the server, and somebody mends it: most servers
# refuse a client that they don't know only when it names a recipient.
POLICY = re.compile(r"5\.7\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`why` is a step and a code such as `rcpt 550`, never a server's text: it may name somebody.

    Of a text only the digits of a policy's status are kept, as in `rcpt 554 5.7.1`.

    `unsendable`: no mail can be made of it, or this server can't take such an address.
    """

    result: Result
    why: str = ""
    pause_all: bool = False  # the trouble is everybody's: no other mail is worth trying now


def answered(step: str, code: int, text: str) -> Outcome:
    """Read a server's no; an answer to DATA that is none leaves open whether it delivers."""
    everybodys = step in EVERYBODYS or code in BUSY or code == WANTS_LOGIN
    policy = POLICY.match(text)
    why = f"{step} {code} {policy[0]}" if policy else f"{step} {code}"
    if code // 100 == NEVER and not everybodys and not policy:
        return Outcome("refused", why)
    if step == "data" and code // 100 not in {LATER, NEVER}:
        return Outcome("uncertain", why)
    return Outcome("deferred", why, everybodys)


def broken(step: str, error: Exception) -> Outcome:
    """Return what becomes of a mail before DATA: nothing was delivered, whatever broke."""
    return Outcome("deferred", f"{step} {type(error).__name__}", step in EVERYBODYS)
