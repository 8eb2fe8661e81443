"""Names and addresses as a mail's head may hold them; whatever could say more is refused."""

import re
import unicodedata
from dataclasses import dataclass
from email.header import Header

ATOM = r"[^\x00-\x20\x7f()<>\[\]:;@\\,.\"]+"
LOCAL = re.compile(rf"{ATOM}(\.{ATOM})*")
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"{LABEL}(\.{LABEL})*")
PLAIN_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9 -]{0,59}")
LONGEST, LONGEST_LOCAL = 254, 64  # RFC 5321 4.5.3.1, in bytes
# Controls, surrogates, breaks of lines, what isn't assigned, and what only steers: a direction
# turned around shows another address than the one that is written.
STEERS = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
JOINERS = {"\u200c", "\u200d"}  # Persian and others write names with them


class Unsendable(ValueError):
    """No mail can be made of it; the text is a code and says nothing about anybody."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address as SMTP takes it; `utf8` if the server has to know SMTPUTF8 for it."""

    address: str
    domain: str
    utf8: bool


def mailbox(address: str) -> Mailbox:
    local, _, domain = address.rpartition("@")
    if steers(address, but=frozenset()) or not LOCAL.fullmatch(local):
        raise Unsendable("address")
    named = ascii_domain(domain)
    whole = f"{local}@{named}"
    if len(local.encode()) > LONGEST_LOCAL or len(whole.encode()) > LONGEST:
        raise Unsendable("address")
    return Mailbox(whole, named, utf8=not local.isascii())


def ascii_domain(domain: str) -> str:
    """Write an internationalised domain in ASCII; refuse one that would become another."""
    plain = unicodedata.normalize("NFC", domain.lower())
    try:
        # Python's codec is IDNA 2003: it makes `ss` of ß, which is somebody else's domain today.
        named = plain.encode("idna").decode().lower()
        same = named.encode().decode("idna") == plain or named == plain
    except UnicodeError:
        raise Unsendable("address") from None
    if not same or not DOMAIN.fullmatch(named):
        raise Unsendable("address")
    return named


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
