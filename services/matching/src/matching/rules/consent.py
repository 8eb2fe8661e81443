"""Consent: to the release of named details to one employer, until a day; taken back as given.

It lifts secrecy (OSL 2009:400, 10:1 and 12:2); it isn't the ground on which we store anything.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Protocol

from shared.machines import NotAllowed, Unfit

HOW = ("paper", "two_staff", "e_signed", "click")
WITNESSES = {"two_staff": 2}  # by word, before two of the staff; the others leave a trace
ACCESS_AFTER = timedelta(weeks=12)  # an employer's access ends so long after the placement


class Given(Protocol):
    """A consent as it stands."""

    until: date
    withdrawn_on: date | None


def is_live(consent: Given | None, today: date) -> bool:
    """Say whether a consent holds; one that nobody has given doesn't."""
    return consent is not None and consent.withdrawn_on is None and today <= consent.until


def check_fields(pointer: str, fields: Collection[str], among: Collection[str]) -> None:
    """Refuse details that nobody named before, or none at all."""
    if not fields:
        raise Unfit(pointer, "no_fields", "Name at least one detail.")
    if not set(fields) <= set(among):
        raise Unfit(pointer, "unknown_field", "These aren't the details that can be shown.")


def check_witnesses(given_how: str, witnesses: Sequence[str]) -> None:
    """Demand two different people for a word; who records it may be one of them."""
    if len(witnesses) != WITNESSES.get(given_how, 0) or len(set(witnesses)) != len(witnesses):
        text = "A word is given before two different members of staff; other ways need none."
        raise Unfit("/witnesses", "witnesses_amiss", text)


def check_until(until: date, today: date, place_ends_before: date) -> None:
    """Refuse a consent that is over, or outlasts what it is for."""
    if not today <= until < place_ends_before + ACCESS_AFTER:
        text = "It holds from today until 12 weeks after the place's last day at the most."
        raise Unfit("/until", "until_amiss", text)


def check_reaches(pointer: str, until: date, first_day: date) -> None:
    """Refuse a first day that the consent doesn't reach: nobody could begin on it."""
    if first_day > until:
        raise Unfit(pointer, "after_the_consent", "Her consent ends before that day.")


def until_after(until: date, last_day: date) -> date:
    """Give the last day of a consent when its placement has ended: 12 weeks later at the most."""
    return min(until, last_day + ACCESS_AFTER)


def check_taken_back(how: str, given_how: str) -> None:
    """Demand the way in which it was given: neither harder nor by a word that nobody heard."""
    if how != given_how:
        raise Unfit("/how", "another_way", "A consent is taken back the way it was given.")


def check_answered_now(on: date, today: date) -> None:
    """Refuse an employer's answer dated back: it answers itself, on the day on which it does."""
    if on < today:
        text = "An employer answers on the day on which it does."
        raise Unfit("/answered_on", "earlier_than_today", text)


def check_answered_in_time(on: date, deadline: date | None) -> None:
    """Refuse an answer of after its last day: it has expired, whether or not a clock has run."""
    if deadline and on > deadline:
        raise NotAllowed("too_late", "The last day for this answer is over.")
