"""What an e-mail address is: as somebody writes it down, and as a mail server takes it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

LONGEST, LONGEST_LOCAL = 254, 64  # RFC 5321 4.5.3.1, in bytes
# As mail servers take them: no quotes, no comments, nothing that could end a header.
ATOM = r"[^\x00-\x20\x7f()<>\[\]:;@\\,.\"]+"
LOCAL = re.compile(rf"{ATOM}(\.{ATOM})*")
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"{LABEL}(\.{LABEL})*")
WITH_A_TOP = re.compile(r".+\.[a-z0-9-]*[a-z][a-z0-9-]*")  # no host of one's own, no IP address


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address as SMTP takes it; `utf8` if the server has to know SMTPUTF8 for it."""

    address: str
    domain: str
    utf8: bool


def mailbox(address: str) -> Mailbox:
    """Give an address as SMTP takes it; ValueError, which doesn't repeat it, for another."""
    local, _, domain = address.rpartition("@")
    named = encoded(unicodedata.normalize("NFC", domain.lower()))
    if not (address.isprintable() and LOCAL.fullmatch(local) and DOMAIN.fullmatch(named)):
        raise ValueError("this isn't an e-mail address")
    whole = f"{local}@{named}"
    if len(whole.encode()) > LONGEST or len(local.encode()) > LONGEST_LOCAL:
        raise ValueError("an e-mail address has at most 254 characters, 64 of them before the @")
    return Mailbox(whole, named, utf8=not local.isascii())


def encoded(domain: str) -> str:
    """Encode a domain; nothing where it isn't one, or where the code stands for another.

    Python encodes as IDNA 2003 does, which takes ß for ss: straße.se would be strasse.se, which
    may be somebody else's.
    """
    if domain.isascii():
        return domain
    try:
        found = domain.encode("idna")
        return found.decode() if found.decode("idna") == domain else ""
    except UnicodeError:
        return ""


def address(written: str) -> str:
    """Give what somebody wrote as every server everywhere takes it; ValueError for what none does.

    Around it may stand what nobody sees and copying brings along, inside it not.
    """
    seen = [place for place, sign in enumerate(written) if sign.isprintable() and sign != " "]
    whole = written[seen[0] : seen[-1] + 1] if seen else ""
    found = mailbox(unicodedata.normalize("NFC", whole))
    if found.utf8 or not WITH_A_TOP.fullmatch(found.domain):
        raise ValueError("this isn't an e-mail address that every mail server takes")
    return found.address


Email = Annotated[str, Field(max_length=1000, examples=["asa@example.se"]), AfterValidator(address)]
