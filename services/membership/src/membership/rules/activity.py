"""Activities: what may be held under a commitment, and from which day."""

from datetime import date

from shared.machines import NotAllowed, Unfit


def check_activity(kept_by: str, held_on: date, starts_on: date, released_on: date | None) -> None:
    """Refuse an activity under a promise of places, before it began, or after its release."""
    if kept_by != "activity":
        raise NotAllowed("not_an_activity", "This offer is kept by placements, not by activities.")
    if held_on < starts_on:
        raise Unfit("/held_on", "before_the_period", "It was held before the promise began.")
    if released_on and held_on > released_on:
        raise NotAllowed("released", "The member had been released from its promise.")


def check_member(held_on: date, suspended_on: date | None) -> None:
    """Refuse what a suspended member held after it was suspended; what it held before counts."""
    if suspended_on and held_on > suspended_on:
        raise NotAllowed("suspended", "The member was suspended before that day.")
