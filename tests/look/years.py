"""A network's year to look at, seeded: reports as they are folded for everybody and for staff."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from followup.reports import (
    Commitment,
    MemberReport,
    Membership,
    NetworkReport,
    Seen,
    member_report,
    network_report,
)
from followup.rules import closing, masking
from followup.rules.closing import Counted, Kind, Waiting
from followup.rules.facts import Activity, Facts, Outcome, Place, Placement, Promise, Revision
from followup.rules.ledger import keepers
from followup.rules.member import Milestones

FIRST, CLOSED, TODAY = date(2025, 9, 1), date(2026, 8, 31), date(2026, 9, 15)
SECTORS = ["business"] * 5 + ["civil_society"] * 2 + ["public"] * 2
SIZES = ("micro", "small", "medium", "large")
OUTCOMES: Sequence[Outcome] = (
    *("completed",) * 6,
    *("partly_completed",) * 2,
    *("no_show", "interrupted"),
)
PLACES = ["internship", "employment", "trial_job", "trial_employment", "subsidised_employment"]
PLACES += ["holiday_job", "language_practice", "mentorship"]
OFFERS = dict.fromkeys(PLACES, "placement") | dict.fromkeys(["study_visit", "lecture"], "activity")


@dataclass(frozen=True)
class Year:
    """What was told of a network by TODAY."""

    members: Sequence[Membership]
    promises: Sequence[tuple[Membership, Commitment]]

    @property
    def commitments(self) -> list[Commitment]:
        return [promise for _, promise in self.promises]

    def of(self, member: Membership) -> list[Commitment]:
        return [promise for whose, promise in self.promises if whose == member]

    @property
    def busiest(self) -> Membership:
        """Give the member with the most placements: it sees something of its own."""
        return max(
            self.members,
            key=lambda one: sum(len(promise.facts.placements) for promise in self.of(one)),
        )


@cache
def year(seed: int = 7, size: int = 40) -> Year:
    """Draw a network: members in every state, promises, what came of them."""
    chance = random.Random(seed)
    members = [member(number, chance) for number in range(1, size + 1)]
    joined = [one for one in members if one.milestones.member]
    offers = ((one, offer) for one in joined for offer in chance.sample([*OFFERS], 3))
    promises = [
        (one, promised(number, one, offer, chance)) for number, (one, offer) in enumerate(offers)
    ]
    return Year(members, promises)


def member(number: int, chance: random.Random) -> Membership:
    day = FIRST + timedelta(chance.randrange(120))
    about = UUID(int=number), chance.choice(SECTORS), chance.choice(SIZES)
    known = Milestones(applied=day)
    if number % 8:
        known = replace(known, approved=day + timedelta(20), member=day + timedelta(30))
        left = day + timedelta(200)
        known = replace(known, suspensions=[(left, True)]) if number % 11 == 0 else known
        known = replace(known, withdrawn=left) if number % 13 == 0 else known
    elif number % 16:
        known = replace(known, rejected=day + timedelta(20))
    return Membership(*about, known)


def promised(number: int, by: Membership, offer: str, chance: random.Random) -> Commitment:
    """Let a member promise some of an offer, for nine months, and keep a part of it."""
    starts_on = by.milestones.member or FIRST
    promise = Promise(offer, OFFERS[offer], starts_on, starts_on + timedelta(270))
    units = chance.randint(2, 8)
    lapsed = promise.ends_before if promise.ends_before <= TODAY else None
    facts = Facts(promise, [Revision(1, starts_on, "made", units)], lapse_found_on=lapsed)
    if promise.kept_by == "activity":
        days = sorted(starts_on + timedelta(chance.randrange(270)) for _ in range(units))
        held = [Activity(UUID(int=n), day, offer) for n, day in enumerate(days) if day <= TODAY]
        facts = replace(facts, activities=held)
    else:
        place = Place(UUID(int=1000 + number), offer, units - 1, starts_on)
        several = [placed(100 * number + n, place, chance) for n in range(units)]
        known = [one for one in several if one.planned_on and one.planned_on <= TODAY]
        facts = replace(facts, places=[place], placements=known)
    return Commitment(UUID(int=5000 + number), by.sector, promise, facts)


def placed(number: int, place: Place, chance: random.Random) -> Placement:
    planned = (place.opened_on or FIRST) + timedelta(chance.randrange(10, 240))
    days = planned + timedelta(10), planned + timedelta(70)
    outcome = chance.choice(OUTCOMES)
    began, ended = (None if outcome == "no_show" else days[0]), days[1]
    is_over = ended <= TODAY
    return Placement(
        id=UUID(int=100_000 + number),
        place=place.id,
        offer=place.offer,
        planned_on=planned,
        started_on=began if began and began <= TODAY else None,
        ended_on=ended if is_over else None,
        outcome=outcome if is_over else None,
        kept=chance.random() < 0.6 if is_over and outcome == "partly_completed" else None,
    )


def in_public(network: str = "jobbpakten", seed: int = 7, size: int = 40) -> NetworkReport:
    """Give what everybody sees of the network."""
    told = year(seed, size)
    seen = by_month(counts(told.promises, for_all=True))
    return network_report(network, told.members, without_people(told.commitments), seen, CLOSED)


def for_staff(network: str = "jobbpakten", size: int = 40) -> NetworkReport:
    """Give what the coordinator sees of it, as told until now."""
    told = year(size=size)
    placements = masking.placements(states(told.commitments))
    return network_report(
        network, told.members, told.commitments, Seen(TODAY, placements, persons(told, placements))
    )


def for_member(network: str = "jobbpakten") -> MemberReport:
    """Give what a member sees of itself."""
    told = year()
    mine = [(whose, promise) for whose, promise in told.promises if whose == told.busiest]
    seen = by_month(counts(mine, for_all=False))
    own = without_people(told.of(told.busiest))
    return member_report(network, told.busiest, own, seen, CLOSED)


def of_member_for_staff(network: str = "jobbpakten") -> MemberReport:
    """Give what the coordinator sees of a member."""
    told = year()
    own = told.of(told.busiest)
    seen = Seen(TODAY, masking.placements(states(own)))
    return member_report(network, told.busiest, own, seen)


def of_newcomer(network: str = "jobbpakten") -> MemberReport:
    """Give what an applicant sees who has promised nothing yet."""
    applied = next(one for one in year().members if not one.milestones.approved)
    return member_report(network, applied, [], by_month([]), CLOSED)


def by_month(counted: Sequence[Counted]) -> Seen:
    return Seen(CLOSED, closing.placements(counted), closing.persons(counted), counted)


def without_people(several: Iterable[Commitment]) -> list[Commitment]:
    """Leave out what is loaded for staff alone."""
    return [replace(one, facts=replace(one.facts, places=(), placements=())) for one in several]


def counts(
    promises: Iterable[tuple[Membership, Commitment]], *, for_all: bool
) -> Sequence[Counted]:
    """Give how many of each kind were counted when months closed."""
    waiting = [
        Waiting(one.id, one.ended_on, kind(one, promise, for_all=for_all), whose.id, promise.id)
        for whose, promise in promises
        for one in promise.facts.placements
        if one.ended_on and one.outcome
    ]
    found = Counter(
        (month, one.kind) for month, one in closing.closing(waiting, CLOSED, for_all=for_all)
    )
    return sorted(Counted(*of, size) for of, size in found.items())


def kind(one: Placement, promise: Commitment, *, for_all: bool) -> Kind:
    of = promise.promise.offer if for_all else str(promise.id)
    began = for_all and one.started_on is not None
    keeps = one.id in keepers(promise.facts)
    return Kind(of if keeps else "", str(one.outcome), began, began and one.outcome == "completed")


def states(several: Iterable[Commitment]) -> Counter[str]:
    placements = (one for promise in several for one in promise.facts.placements)
    return Counter(
        one.outcome or ("running" if one.started_on else "planned") for one in placements
    )


def persons(told: Year, among: masking.Placements) -> masking.Persons:
    """Count people, each of whom has one placement here."""
    several = [one for promise in told.commitments for one in promise.facts.placements]
    began = sum(one.started_on is not None for one in several)
    return masking.persons(began, sum(one.outcome == "completed" for one in several), among)
