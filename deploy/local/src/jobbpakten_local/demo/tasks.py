"""A task that still waits when the year is over: its link opens a page for whoever tries it."""

import re
from collections.abc import Iterable
from email.message import EmailMessage

import httpx

LINK = re.compile(r"https?://\S+/t/\S+")
WAITS = 'class="standing waiting"'


async def waiting(http: httpx.AsyncClient, mails: Iterable[EmailMessage]) -> str:
    """Give the link of the first mail whose task still waits; empty where there is none."""
    for mail in mails:
        link = link_in(mail)
        if link and WAITS in (await http.get(link)).text:
            return link
    return ""


def link_in(mail: EmailMessage) -> str:
    """Give the task's link; a message has none."""
    words = mail.get_body(("plain",))
    found = LINK.search(words.get_content()) if words else None
    return found[0] if found else ""
