"""What a person has to see to, because it doesn't pass by itself: what is logged, and the cure."""

from typing import Literal

Alarm = Literal["refuses_us", "refuses_login", "without_tls", "answers_unasked"]

# The event in the log says what is amiss; what may be the cause, and what to do, stands beside it.
ADVICE: dict[Alarm, str] = {
    "refuses_us": "The mail server doesn't take mail from us. Ask whoever runs it; look at SPF,"
    " DKIM and DMARC of the domain in NOTIFICATIONS_SENDER, at block lists for the address that"
    " we send from, and at its limits.",
    "refuses_login": "The mail server demands a login, or doesn't take ours. Look at"
    " NOTIFICATIONS_SMTP_USERNAME and NOTIFICATIONS_SMTP_PASSWORD, and at what it offers for AUTH.",
    "without_tls": "NOTIFICATIONS_SMTP_STARTTLS demands an encrypted line, and there is none: the"
    " server refuses EHLO or doesn't offer STARTTLS, its certificate isn't trusted, has run out"
    " or is another host's, or somebody is on the line. Look at NOTIFICATIONS_SMTP_HOST, its port"
    " and its certificate; NOTIFICATIONS_SMTP_CA_FILE names whose certificates are trusted.",
    "answers_unasked": "The mail server answered what it wasn't asked: it is broken, or somebody"
    " else speaks on the line. None of its answers counts; find out which before you trust it.",
}


def event_of(alarm: Alarm) -> str:
    return f"mail_server_{alarm}"
