"""A mail as the bytes that go over the line: its head is written by us, line by line."""

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from notifications.channels.addresses import Unsendable, encoded, mailbox, phrase, steers
from notifications.templates import Rendered
from shared.people.sealing import Addressee
from shared.time import clock

ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
PLAIN = re.compile("[ -<>-~]{1,60}")  # ASCII without "=", which begins what is encoded
TOKEN = re.compile("[A-Za-z0-9_-]{0,64}")
MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person; its id stays the same however often it is tried."""

    id: str
    to: Addressee
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said to the server: the envelope, and the message."""

    sender: str
    domain: str
    recipient: str
    utf8: bool
    message: bytes


def letter(mail: Mail, sender: str) -> Letter:
    """Write the mail, or say that none can be made of it.

    Its head is the same for everybody but for her name, her language and the subject: whoever
    carries mail reads there neither what she is to the network nor which kind of notice this is.
    """
    sending, receiving = mailbox(sender), mailbox(mail.to.address)
    lines = {
        "From": f"{phrase(mail.rendered.network or 'Jobbpakten')}\r\n <{sending.address}>",
        "To": f"{phrase(mail.to.name)}\r\n <{receiving.address}>",
        "Subject": subject(mail.rendered.subject),
        "Date": format_datetime(clock.now()),
        "Message-ID": message_id(mail.id, sending.domain),
        "Auto-Submitted": "auto-generated",
        "Content-Language": token(mail.rendered.language),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    message = head.encode() + body(mail.rendered)
    if len(message) > MOST_BYTES:
        raise Unsendable("size")
    return Letter(
        sending.address, sending.domain, receiving.address, sending.utf8 or receiving.utf8, message
    )


def subject(text: str) -> str:
    if not text or steers(text, but=set()):
        raise Unsendable("subject")
    return text if PLAIN.fullmatch(text) else encoded(text)


def message_id(text: str, domain: str) -> str:
    if not ID.fullmatch(text):
        raise Unsendable("message_id")
    return f"<{text}@{domain}>"


def token(text: str) -> str:
    if not TOKEN.fullmatch(text):
        raise Unsendable("header")
    return text


def body(rendered: Rendered) -> bytes:
    """Write both texts, the plain one first; lines end as SMTP wants it, the last one too."""
    message = EmailMessage(policy.SMTP)
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    written = message.as_bytes()
    return written if written.endswith(b"\r\n") else written + b"\r\n"
