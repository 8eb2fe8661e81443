"""Whom a mail server's no is about: her address, us who send, or nobody whom it names.

All of it is tables. Whatever they don't know is about nobody: then no mail fails for good.
"""

import re
from collections.abc import Iterator
from typing import Literal

Blame = Literal["login", "us", "later", "full", "her", "nobody"]

# Of several that an answer speaks of the first counts: a no to us says nothing of her address.
ORDER: tuple[Blame, ...] = ("login", "us", "later", "full", "her", "nobody")

LOGINS = {530, 534, 535, 538}  # RFC 4954: whoever sends has to say who it is, or said it wrongly
# RFC 5321 4.2.3: no such mailbox, somewhere else, no such name. Said when she is named, without a
# status, they are about her. 552 (full), 554 (anything) and all others may mean something else.
BARE = {550, 551, 553}

# RFC 3463 and the registry of RFC 5248, without the class; a subject alone holds for all of it.
STATUSES: dict[str, Blame] = {
    "1.1": "her",  # no such mailbox
    "1.2": "her",  # no such domain, or one without mail; names that can't be asked for are 4.4.3
    "1.3": "her",  # an address that can't be one there
    "1.4": "her",  # an address that several have
    "1.6": "her",  # moved, and nobody knows where to
    "1.7": "us",  # our address can't be one
    "1.8": "us",  # our domain isn't there
    "1.10": "her",  # RFC 7505: her domain says (by a null MX) that it takes no mail
    "2.1": "her",  # closed; in class 5 for good
    "2.2": "full",  # RFC 3463 calls it persistent and transient: she may make room
    "7": "us",  # security or policy: who may send, from where, how it is signed, how much
}

# Read without regard to case, once addresses are gone: hers may be `blocked@spf.se`.
WORDS: dict[Blame, tuple[str, ...]] = {
    "us": (
        r"\b(spf|dkim|dmarc|sender id)\b",
        r"\b(domainkeys|sender policy)",
        r"authenticat|authori[sz]|not permitted|access denied|prohibited|forbidden",
        r"\bblock|spärr",
        r"\b(black|deny|black ?hole)[ -]?list|\bblackhole",
        r"\b(rbl|dnsbl|listed)\b|\b(spamhaus|spamcop|barracuda|sorbs)",
        r"reputation|\bpolic(y|ies)\b",
        r"\bspam|unsolicited|\bjunk|\babus(e|ive)|suspicious|skräppost|\bbann(ed|ing)\b",
        r"\brelay",
        r"\brates?\b|ratelimit|throttl|too (many|much|fast|frequent|often)",
        r"\b(sending|hourly|daily|connection|message) limit",
        r"\bips?\b|\bip(v4|v6|-| ?addr)|\b\d{1,3}(\.\d{1,3}){3}\b",
        r"\b([0-9a-f]{1,4}:){4,7}[0-9a-f]|[0-9a-f]::",
        r"\b(client|remote) host|\byour (client|host|server|system|domain|network|address|isp)",
        r"\b(ptr|rdns|helo|ehlo)\b|reverse dns",
        r"\bsend(er|ing)|avsändar|\bmail from\b|\breturn.path",
        r"\b(envelope|header).from|\bfrom (address|domain)",
    ),
    "later": (
        r"\blater\b|\bsenare\b",
        r"\btry( [a-z]+){0,3} again|försök igen|\bretry",
        r"temporar|tillfällig",
        r"gr[ae]y.?list",
        r"\bbusy\b|overload|maintenance|at this time",
    ),
    "full": (r"\bfull\b|quota|storage|insufficient",),
}

# What servers say of her in words that else are about us: Postfix of its tables, Exchange Online
# of a mailbox that isn't there.
OF_HER = re.compile(
    r"in (virtual|local|relay) (alias|mailbox|recipient) table"
    r"|recipient address rejected: access denied",
    re.IGNORECASE,
)
SPOKEN = {blame: re.compile("|".join(some), re.IGNORECASE) for blame, some in WORDS.items()}
STATUS = re.compile(r"[#(\[ ]{0,3}([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
SPACES = re.compile(r"\s+")
ADDRESS = re.compile(r"<[^<>]*@[^<>]*>|\S*@\S*")


def blamed(step: str, code: int, text: str) -> Blame:
    """Say whom a no is about, by its code, its status and its words."""
    if code in LOGINS:
        return "login"
    found = {*spoken_of(text), by_code(step, code, text)}
    return next(blame for blame in ORDER if blame in found)


def spoken_of(text: str) -> Iterator[Blame]:
    plain = OF_HER.sub(" ", ADDRESS.sub(" ", SPACES.sub(" ", text)))
    return (blame for blame, words in SPOKEN.items() if words.search(plain))


def by_code(step: str, code: int, text: str) -> Blame:
    status = STATUS.match(text)
    if status is None:
        return "her" if step == "rcpt" and code in BARE else "nobody"
    kind, subject, detail = status.groups()
    if int(kind) != code // 100:
        return "nobody"  # the two contradict each other
    if int(kind) == 4:  # noqa: PLR2004 - a class of RFC 3463: for now
        return "nobody"  # the schedule sees to it; what it needs a person for, its words say
    return STATUSES.get(f"{subject}.{detail}") or STATUSES.get(subject) or "nobody"
