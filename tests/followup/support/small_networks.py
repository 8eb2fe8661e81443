"""Small networks, seeded: what ended in them over 24 months, and what is published of it."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from followup.reports import Commitment, NetworkReport, Seen, network_report
from followup.rules.closing import (
    Counted,
    Kind,
    Waiting,
    closing,
    month_end,
    persons,
    placements,
)
from followup.rules.facts import Facts, Promise, Revision

START, END = date(2025, 1, 1), date(2027, 1, 1)
MONTHS = [month_end(date(2025 + n // 12, n % 12 + 1, 1)) for n in range(24)]
OUTCOMES = ["completed"] * 6 + ["partly_completed"] * 2 + ["no_show", "interrupted"]
OFFERS = ("internship", "employment", "mentorship")


@dataclass(frozen=True)
class Ending:
    """A placement that ended, when, and in which month it was told of."""

    number: int
    employer: int
    offer: str
    kind: Kind
    on: date
    told_by: date

    def waiting(self) -> Waiting:
        of = UUID(int=self.employer), UUID(int=100 * self.employer + OFFERS.index(self.offer))
        return Waiting(UUID(int=self.number), self.on, self.kind, *of)


def endings(seed: int) -> list[Ending]:
    """Draw a network: two to five employers, one to three offers, some who come again."""
    chance = random.Random(seed)
    employers, offers = chance.randint(2, 5), OFFERS[: chance.randint(1, 3)]
    begun, completed, found = set[int](), set[int](), []
    for number in range(chance.randint(8, 60)):
        on = START + timedelta(chance.randrange(700))
        outcome, person = chance.choice(OUTCOMES), chance.randrange(50)
        keeps = outcome in {"completed", "partly_completed"} and chance.random() < 0.8
        began = outcome != "no_show" and chance.random() < 0.95  # else whose it is wasn't told
        firsts = began and person not in begun, began and person not in completed
        begun |= {person} if began else set()
        completed |= {person} if began and outcome == "completed" else set()
        offer = chance.choice(offers)
        kind = Kind(
            offer if keeps else "", outcome, firsts[0], firsts[1] and outcome == "completed"
        )
        late = timedelta(chance.choice([0, 0, 0, 40]))
        told = month_end(on + late)
        found.append(Ending(number, chance.randint(1, employers), offer, kind, on, told))
    return found


def published(several: Iterable[Ending], *, for_all: bool = True) -> dict[int, date]:
    """Close the months one after another, each with what was told by then; say who counts when."""
    counted: dict[int, date] = {}
    for month in MONTHS:
        told = [one for one in several if one.told_by <= month and one.number not in counted]
        known = [one.waiting() for one in told if one.on <= month]
        for at, one in closing(known, month, for_all=for_all, first=month.replace(day=1)):
            counted[one.placement.int] = at
    return counted


def sizes(several: Iterable[Ending], counted: Mapping[int, date]) -> list[Counted]:
    """Give how many of each kind were counted in each month: all that is published of people."""
    found = Counter((counted[one.number], one.kind) for one in several if one.number in counted)
    return sorted(Counted(*of, size) for of, size in found.items())


def step_by_step(
    several: Iterable[Ending], counted: Mapping[int, date], known: int = 0
) -> list[Ending]:
    """Give another world: what one employer doesn't know happened when it was counted, or never."""
    return [
        one if one.employer == known else replace(one, on=at, told_by=at)
        for one in several
        if (at := counted.get(one.number, one.on))
        and (one.employer == known or one.number in counted)
    ]


def tables(several: Sequence[Ending]) -> list[NetworkReport]:
    """Give what everybody sees at the ends of months, but those that say the same again."""
    counted = sizes(several, published(several))
    moved = sorted({MONTHS[-1], *(one.month for one in counted)})
    return [report(several, [one for one in counted if one.month <= day], day) for day in moved]


def report(several: Sequence[Ending], counted: Sequence[Counted], day: date) -> NetworkReport:
    people = placements(counted), persons(counted)
    promised = [Revision(1, START, "made", 20)]
    promises = [
        Commitment(
            UUID(int=100 * employer + OFFERS.index(offer)),
            "business",
            Promise(offer, "placement", START, END),
            Facts(Promise(offer, "placement", START, END), promised),
        )
        for employer, offer in sorted({(one.employer, one.offer) for one in several})
    ]
    return network_report("small", [], promises, Seen(day, *people, counted), day)
