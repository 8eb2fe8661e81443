"""Activities: what may be held under a commitment, and from which day."""

from collections.abc import Iterable
from datetime import date

from membership.rules.membership import Suspension, was_suspended
from shared.machines import NotAllowed, Unfit


def check_activity(kept_by: str, held_on: date, starts_on: date, released_on: date | None) -> None:
    """Refuse an activity under a promise of places, before it began, or after its release."""
    if kept_by != "activity":
        raise NotAllowed("not_an_activity", "This offer is kept by placements, not by activities.")
    if held_on < starts_on:
        raise Unfit("/held_on", "before_the_period", "It was held before the promise began.")
    if released_on and held_on > released_on:
        raise NotAllowed("released", "The member had been released from its promise.")


def check_member(held_on: date, suspensions: Iterable[Suspension]) -> None:
    """Refuse what a member held while it was suspended, whenever somebody says so."""
    if was_suspended(suspensions, held_on):
        raise NotAllowed("suspended", "The member was suspended on that day.")
