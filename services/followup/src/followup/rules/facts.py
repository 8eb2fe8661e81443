"""What is known about a commitment: the promise, its changes, and what was done under it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised, what keeps a unit of it, for which days."""

    offer: str
    kept_by: str  # activity or placement, as the network's profile said when it was made
    starts_on: date
    ends_before: date

    def holds(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_before

    def is_kept_by(self, what: str, offer: str | None) -> bool:
        return (self.kept_by, self.offer) == (what, offer)


class Revision(NamedTuple):
    """One step in the life of the promise, numbered by its stream.

    `target` is how many units are promised from then on, kept ones included; none when released.
    """

    version: int
    on: date
    act: Literal["made", "renegotiated", "released"]
    target: int = 0


class Activity(NamedTuple):
    """A visit or lecture that took place. Ordered by id where the day is the same."""

    id: UUID
    on: date
    offer: str


class Place(NamedTuple):
    """A place with room for some. It may be heard of by its end first: then it has no room."""

    id: UUID
    offer: str | None
    slots: int = 0
    opened_on: date | None = None
    closed_on: date | None = None


Outcome = Literal["completed", "partly_completed", "no_show", "interrupted"]


class Placement(NamedTuple):
    """One person's time at a place, without the person; each day as far as we have heard."""

    id: UUID
    place: UUID | None = None
    offer: str | None = None
    planned_on: date | None = None
    started_on: date | None = None
    ended_on: date | None = None
    outcome: Outcome | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    last_day: date | None = None
    kept: bool | None = None  # as told; the release before didn't tell it

    @property
    def is_given(self) -> bool:
        """Whether it was carried out, in full or for at least half of its days."""
        if self.outcome == "partly_completed":
            return self.lasted_half if self.kept is None else self.kept
        return self.outcome == "completed"

    @property
    def lasted_half(self) -> bool:
        """Count calendar days; what isn't known is never a yes."""
        first = self.started_on or self.starts_on
        if not (first and self.starts_on and self.ends_before and self.last_day):
            return False
        done = self.last_day - first + timedelta(days=1)
        return done * 2 >= self.ends_before - self.starts_on


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about one commitment; without `promise`, what has come early waits."""

    promise: Promise | None
    revisions: Collection[Revision] = ()
    activities: Collection[Activity] = ()
    lapse_found_on: date | None = None  # the day on which the clock saw that the period had ended
    places: Collection[Place] = ()
    placements: Collection[Placement] = ()
