"""Consent: to the release of named details to one employer, until a day; taken back in any form.

It lifts secrecy (OSL 2009:400, 10:1 and 12:2); it isn't the ground on which we store anything.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Protocol
from uuid import UUID

from shared.machines import NotAllowed, Unfit

# Staff record what they hold, a paper or a signed document, or what two of them have heard.
BY_WORD, BY_CLICK = "two_staff", "click"
HOW = ("paper", BY_WORD, "e_signed", BY_CLICK)
ACCESS_AFTER = timedelta(weeks=12)  # an employer's access ends so long after the placement


class Given(Protocol):
    """A consent as it stands."""

    given_on: date
    until: date
    withdrawn_on: date | None


def is_live(consent: Given | None, today: date) -> bool:
    """Say whether a consent holds; one that nobody has given doesn't."""
    return consent is not None and consent.withdrawn_on is None and today <= consent.until


def held_on(consent: Given, day: date) -> bool:
    """Say whether a consent held on a day, whatever became of it afterwards.

    Of the day on which it was taken back nobody knows the hour: that is no yes.
    """
    taken_back = consent.withdrawn_on is not None and consent.withdrawn_on <= day
    return consent.given_on <= day <= consent.until and not taken_back


def check_fields(pointer: str, fields: Collection[str], among: Collection[str]) -> None:
    """Refuse details that nobody named before, or none at all."""
    if not fields:
        raise Unfit(pointer, "no_fields", "Name at least one detail.")
    if not set(fields) <= set(among):
        raise Unfit(pointer, "unknown_field", "These aren't the details that can be shown.")


def check_by_staff(given_how: str) -> None:
    """Refuse what nobody but she can do: whoever calls here isn't she."""
    if given_how == BY_CLICK:
        text = "Only the candidate clicks: record a paper, an e-signature, or a word before two."
        raise Unfit("/given_how", "not_by_herself", text)


def check_confirms(confirmed: UUID, recorded: UUID, until: date, today: date) -> None:
    """Refuse to confirm what was recorded anew since it was read, or has run out meanwhile."""
    if confirmed != recorded:
        text = "What was said was recorded anew: read it, and confirm it if you heard it."
        raise NotAllowed("recorded_anew", text)
    if until < today:
        raise NotAllowed("consent_over", "What the candidate agreed to is over: ask again.")


def check_until(until: date, today: date, place_ends_before: date) -> None:
    """Refuse a consent that is over, or outlasts what it is for."""
    if not today <= until < place_ends_before + ACCESS_AFTER:
        text = "It holds from today until 12 weeks after the place's last day at the most."
        raise Unfit("/until", "until_amiss", text)


def last_chance(place_ends_before: date, consent_until: date | None = None) -> date:
    """Give the last day on which somebody could begin; nothing on the way there is due later.

    They begin within the days of the place and, once there is a consent, while it holds.
    """
    last_day = place_ends_before - timedelta(days=1)
    return min(last_day, consent_until or last_day)


def check_reaches(pointer: str, until: date, first_day: date) -> None:
    """Refuse a first day that the consent doesn't reach: nobody could begin on it."""
    if first_day > until:
        raise Unfit(pointer, "after_the_consent", "The consent ends before that day.")


def until_after(until: date, last_day: date) -> date:
    """Give the last day of a consent when its placement has ended: 12 weeks later at the most."""
    return min(until, last_day + ACCESS_AFTER)


def check_answered_now(on: date, today: date) -> None:
    """Refuse an employer's answer dated back: it answers itself, on the day on which it does."""
    if on < today:
        text = "An employer answers on the day on which it does."
        raise Unfit("/answered_on", "earlier_than_today", text)


def check_answered_in_time(on: date, deadline: date | None) -> None:
    """Refuse an answer of after its last day: it has expired, whether or not a clock has run."""
    if deadline and on > deadline:
        raise NotAllowed("too_late", "The last day for this answer is over.")
