"""The facts of a commitment as steps in their canonical order.

Within a day, what fails comes back first; then the promise is made and changed; then places open,
placements go on and units are kept; then it is released. What follows a release in its stream
follows it here. A revision counts no earlier than the one before it, all else no earlier than the
promise.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from followup.rules.facts import Activity, Facts, Place, Placement, Promise, Revision

BACK, CHANGED, DONE, RELEASED = range(4)


class Move(NamedTuple):
    """What changes at a place on a day: its room, who is there, what was given."""

    on: date
    place: UUID
    slots: int = 0
    busy: int = 0  # placements that haven't ended
    begun: int = 0  # those that began within the period
    given: int = 0
    keeps: bool = False
    placement: UUID | None = None  # whose end it is


Fact = Revision | Activity | Move
Moment = tuple[date, int]
Step = tuple[date, int, Fact]  # the day it counts on, its turn within the day


def in_order(facts: Facts, promise: Promise) -> list[Step]:
    """Give all that happened, in the order in which it counts."""
    revisions = list(revisions_in_order(facts.revisions))
    made = revisions[0][0] if revisions else date.min
    steps: list[Step] = [*revisions]
    steps += [(max(one.on, made), DONE, one) for one in sorted(facts.activities)]
    for place in sorted(facts.places):
        if promise.is_kept_by("placement", place.offer):
            steps += moves_of_place(place, made)
    for placement in sorted(facts.placements):
        steps += moves_of_placement(placement, promise, made)
    return sorted(steps, key=itemgetter(0, 1))


def revisions_in_order(revisions: Iterable[Revision]) -> Iterator[Step]:
    on, rank = date.min, CHANGED
    for revision in sorted(revisions):
        if revision.on > on:
            on, rank = revision.on, CHANGED
        if revision.act == "released":
            rank = RELEASED
        yield on, rank, revision


def moves_of_place(place: Place, made: date) -> Iterator[Step]:
    """Open its slots, and close them; one that was closed on its first day was never open."""
    if place.opened_on is None:
        return
    opened: Moment = max(place.opened_on, made), DONE
    closed: Moment = max(place.closed_on or date.max, made), BACK
    if opened < closed:
        yield *opened, Move(place.opened_on, place.id, slots=place.slots)
        if place.closed_on:
            yield *closed, Move(place.closed_on, place.id, slots=-place.slots)


def moves_of_placement(placement: Placement, promise: Promise, made: date) -> Iterator[Step]:
    """Take a slot, begin, end: each only if it came before the end."""
    place, ended_on = placement.place or placement.id, placement.ended_on
    until: Moment = max(ended_on or date.max, made), DONE if placement.is_given else BACK
    counts = promise.is_kept_by("placement", placement.offer)
    in_period = bool(placement.started_on and promise.holds(placement.started_on))
    taken_on = placement.planned_on or placement.started_on or date.max
    taken: Moment = max(taken_on, made), DONE
    begun: Moment = max(placement.started_on or date.max, *taken[:1]), DONE
    is_busy, is_begun = counts and taken < until, counts and in_period and begun < until
    if is_busy:
        yield *taken, Move(taken_on, place, busy=1)
    if is_begun:
        yield *begun, Move(placement.started_on or taken_on, place, begun=1)
    if ended_on:
        given, keeps = int(placement.is_given), counts and in_period
        gone = -int(is_busy), -int(is_begun)
        yield *until, Move(ended_on, place, 0, *gone, given, keeps, placement.id)
