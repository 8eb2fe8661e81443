"""Names and addresses as a mail's head may hold them; whatever could say more is refused."""

import re
import unicodedata
from email.header import Header

from shared.people import mailboxes

PLAIN_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9 -]{0,59}")
# Controls, surrogates, breaks of lines, what isn't assigned, and what only steers: a direction
# turned around shows another address than the one that is written.
STEERS = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
JOINERS = {"\u200c", "\u200d"}  # Persian and others write names with them


class Unsendable(ValueError):
    """No mail can be made of it; the text is a code and says nothing about anybody."""


def mailbox(address: str) -> mailboxes.Mailbox:
    try:
        return mailboxes.mailbox(address)
    except ValueError:
        raise Unsendable("address") from None


def phrase(name: str) -> str:
    """Write a name as the head of a mail takes it; what isn't plain is encoded, never quoted.

    Python's parser and folder of quoted names have let commas and line breaks through.
    """
    plain = " ".join(name.split())
    if not plain or steers(plain, but=JOINERS):
        raise Unsendable("name")
    return plain if PLAIN_NAME.fullmatch(plain) else encoded(plain)


def encoded(text: str) -> str:
    return Header(text, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def steers(text: str, but: frozenset[str] | set[str]) -> bool:
    return any(unicodedata.category(c) in STEERS and c not in but for c in text)
