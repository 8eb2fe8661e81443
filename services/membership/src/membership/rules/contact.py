"""Contacts: who may name them, how many there may be, and when they are forgotten."""

from collections.abc import Container
from datetime import date, timedelta
from uuid import UUID

from membership.rules.membership import COORDINATOR, ENDED, SYSTEM
from shared.machines import NotAllowed, NotFound, Unfit

MAY_NAME = frozenset({"signatory", "contact_person"})  # of their own organisation
MAY_TELL_AGAIN = COORDINATOR | SYSTEM

MOST_CONTACTS = 50

# Whoever was refused is told so, and has three weeks to ask for a review.
KEPT_AFTER_THE_END = timedelta(days=30)


def check_may_name(role: str, own: UUID | None, organisation: UUID | None) -> None:
    """Admit an employer to its own organisation's contacts, a coordinator to all and the staff's.

    Whoever has an organisation in the token is an employer, never staff.
    """
    ours = role in MAY_NAME and own == organisation if own else role in COORDINATOR
    if not ours:
        raise NotFound


def check_may_tell_again(role: str, own: UUID | None) -> None:
    if own or role not in MAY_TELL_AGAIN:
        raise NotFound


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
