"""Contacts: how many there may be, and when they are forgotten."""

from collections.abc import Container
from datetime import date, timedelta

from membership.rules.membership import ENDED
from shared.machines import NotAllowed, Unfit

MOST_CONTACTS = 50

# Whoever was refused is told so, and has three weeks to ask for a review.
KEPT_AFTER_THE_END = timedelta(days=30)


def check_open(state: str) -> None:
    """Refuse to name contacts of an organisation whose membership has ended."""
    if state in ENDED:
        raise NotAllowed("wrong_state", "The membership has ended: it needs no contacts.")


def check_room(already: int) -> None:
    """Refuse contacts without end: each is an address that the municipality writes to."""
    if already >= MOST_CONTACTS:
        text = f"An organisation has at most {MOST_CONTACTS} contacts: remove one first."
        raise NotAllowed("too_many_contacts", text)


def check_language(language: str, languages: Container[str]) -> None:
    if language not in languages:
        raise Unfit("/language", "unknown_language", "The network doesn't have this language.")


def ended_before(today: date) -> date:
    """Give the day before which the last membership ended of those whose contacts are forgotten."""
    return today - KEPT_AFTER_THE_END
