"""A diary: what one organisation will do and on which days, written before anything happens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from jobbpakten_local.demo.network.organisations import Organisation
from jobbpakten_local.demo.network.workplaces import anybody, workplace
from shared.time.calendar import working_days_after

Profile = Mapping[str, Any]
FRIDAY = 4  # a week of the demo ends with it
SOONEST = timedelta(weeks=1)  # until matching has heard of the promise
SHORTEST = timedelta(weeks=8)  # for less nobody opens a place


@dataclass(frozen=True, slots=True)
class Act:
    """One act: the day on which it happened, and the day on which somebody recorded it."""

    recorded_on: date
    happened_on: date
    does: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Promise:
    """So many units of an offer; without `ends_before` for the whole term."""

    offer: str
    units: int
    ends_before: date | None = None

    def body(self) -> dict[str, Any]:
        ends = {"ends_before": self.ends_before.isoformat()} if self.ends_before else {}
        return {"offer": self.offer, "units": self.units} | ends


@dataclass
class Diary:
    """Chance decides on days and numbers, the network's profile on what is possible."""

    who: Organisation
    profile: Profile
    chance: Random
    day: date  # up to which it is written
    end: date  # after which nothing is told any more
    acts: list[Act] = field(default_factory=list)
    places: int = 0  # offered so far

    def then(self, does: str, within: int = 5, **facts: Any) -> None:
        """Let it do something on one of the next working days."""
        self.day = working_days_after(self.day, self.chance.randint(1, within))
        self.acts.append(Act(self.day, self.day, does, facts))

    def note(self, does: str, **facts: Any) -> None:
        """Let it do something more on the day on which it has just done something."""
        self.acts.append(Act(self.day, self.day, does, facts))

    def end_week(self) -> None:
        """Let the week end: what comes next is done in another, when all of this one is heard."""
        self.day += timedelta(days=(FRIDAY - self.day.weekday()) % 7)

    def wait(self, weeks: int) -> None:
        self.day += timedelta(weeks=weeks)

    def in_weeks(self, weeks: int) -> date:
        return self.day + timedelta(weeks=weeks)

    def hold(self, commitment: int, times: int, until: date | None) -> None:
        """Let it hold activities on days between now and then, each recorded when it is held."""
        days = self.working_days(min(until or self.end, self.end))
        for day in sorted(self.chance.sample(days, min(times, len(days)))):
            self.acts.append(Act(day, day, "hold", {"commitment": commitment}))

    def hold_and_tell_late(self, commitment: int, until: date) -> None:
        """Let it hold one on the last day of the period, and tell so three weeks later."""
        held = self.working_days(until)[-1]
        told = until + timedelta(weeks=3)
        self.acts.append(Act(told, held, "hold", {"commitment": commitment}))

    def offer_place(self, commitment: int, promise: Promise, *, suits_anybody: bool = False) -> int:
        """Let it offer a place that the union is asked about and that is opened; gives its slots.

        None, where the promise's period is nearly over.
        """
        offered = working_days_after(self.day + SOONEST, self.chance.randint(1, 15))
        opened = working_days_after(offered, 5)
        starts = opened + timedelta(days=self.chance.randint(7, 21))
        if promise.ends_before and starts + SHORTEST > promise.ends_before:
            return 0
        place = workplace(self.chance, promise.offer, promise.units, starts, promise.ends_before)
        place = anybody(place) if suits_anybody else place
        named = {"commitment": commitment, "place": self.places}
        self.acts.append(Act(offered, offered, "offer_place", place | named))
        for does, after, said in (
            ("ask_union", 1, {}),
            ("hear_union", 4, {"statement": self.chance.choice(("supports", "supports", "none"))}),
            ("open_place", 5, {}),
        ):
            day = working_days_after(offered, after)
            self.acts.append(Act(day, day, does, {**said, "place": self.places}))
        self.places += 1
        return int(place["slots"])

    def working_days(self, until: date) -> list[date]:
        """Give the working days after this one and before another."""
        days = [working_days_after(self.day, 1)]
        while days[-1] < until:
            days.append(working_days_after(days[-1], 1))
        return days[:-1]

    def limit(self, offer: str) -> int:
        """Give the most units that an organisation of this size may promise; 0: none."""
        most: int | None = self.profile["offers"][offer]["at_most"][self.who.size]
        return most or 0

    def is_kept_by_activities(self, offer: str) -> bool:
        return bool(self.profile["offers"][offer]["kept_by"] == "activity")
