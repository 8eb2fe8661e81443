"""What the other services could have told: events with their days, in streams."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self
from uuid import UUID, uuid5

from tests.shared.support.records import record

from jobbpakten_events import Event
from jobbpakten_events.matching import MatchAccepted, PlaceClosed, PlaceOpened, PlacePaused
from jobbpakten_events.membership import (
    ActivityHeld,
    AgreementInForce,
    CommitmentMade,
    CommitmentReleased,
    CommitmentRenegotiated,
    MembershipApplied,
    MembershipApproved,
    MembershipEnded,
    MembershipReinstated,
    MembershipRejected,
    MembershipSuspended,
    VettingStarted,
)
from jobbpakten_events.placement import (
    PlacementCompleted,
    PlacementInterrupted,
    PlacementNoShow,
    PlacementPartlyCompleted,
    PlacementPlanned,
    PlacementReady,
    PlacementStarted,
)
from shared.messaging.inbox.records import Record

Dated = tuple[Event, str]  # an event and the day on which it occurred


@dataclass(frozen=True)
class Told:
    """One event from the outbox."""

    kind: str
    key: str
    on: str
    by: tuple[str, str, str]  # network, role, actor
    body: dict[str, Any]

    @classmethod
    def of(cls, headers: dict[str, str], body: dict[str, Any]) -> Self:
        kind = headers["ce_type"].removeprefix("se.jobbpakten.")
        by = (headers["ce_network"], headers["ce_actorrole"], headers["ce_actorid"])
        return cls(kind, headers["ce_subject"], headers["ce_occurredat"], by, body)


class World:
    """Ids that belong together: the same name gives the same id."""

    def __init__(self, name: object = "") -> None:
        self.space = uuid5(UUID(int=11), str(name))

    def id(self, name: str) -> UUID:
        return uuid5(self.space, name)

    def applied(self, member: str, sector: str = "business", size: str = "small") -> Event:
        ids = {"membership_id": self.id(member), "organisation_id": self.id(f"org {member}")}
        return MembershipApplied.model_validate(ids | {"sector": sector, "size": size})

    def vetted(self, member: str) -> Event:
        return VettingStarted(membership_id=self.id(member), vetting_id=self.id(f"vet {member}"))

    def approved(self, member: str) -> Event:
        organisation = self.id(f"org {member}")
        return MembershipApproved(membership_id=self.id(member), organisation_id=organisation)

    def rejected(self, member: str) -> Event:
        return MembershipRejected(membership_id=self.id(member), ground="working_conditions")

    def ended(self, member: str, ground: Literal["withdrawn", "lapsed"]) -> Event:
        return MembershipEnded(membership_id=self.id(member), ground=ground)

    def in_force(self, member: str) -> Event:
        return AgreementInForce(
            agreement_id=self.id(f"agreement {member}"),
            membership_id=self.id(member),
            organisation_id=self.id(f"org {member}"),
            starts_on=date(2026, 1, 1),
            ends_before=date(2029, 1, 1),
        )

    def made(
        self,
        name: str,
        units: int,
        offer: str = "study_visit",
        period: tuple[str, str] = ("2026-01-01", "2026-07-01"),
        member: str = "a",
        kept_by: Literal["activity", "placement"] = "activity",
    ) -> Event:
        starts_on, ends_before = map(date.fromisoformat, period)
        return CommitmentMade(
            commitment_id=self.id(name),
            agreement_id=self.id(f"agreement {member}"),
            membership_id=self.id(member),
            organisation_id=self.id(f"org {member}"),
            offer=offer,
            kept_by=kept_by,
            promised=units,
            starts_on=starts_on,
            ends_before=ends_before,
        )

    def changed(self, name: str, before: int, promised: int) -> Event:
        return CommitmentRenegotiated(
            commitment_id=self.id(name), promised_before=before, promised=promised, ground="grown"
        )

    def released(self, name: str) -> Event:
        return CommitmentReleased(commitment_id=self.id(name), ground="reorganised")

    def held(self, activity: str, name: str, offer: str = "study_visit") -> Event:
        return ActivityHeld(activity_id=self.id(activity), commitment_id=self.id(name), offer=offer)

    def suspended(self, member: str) -> Event:
        organisation = self.id(f"org {member}")
        return MembershipSuspended(
            membership_id=self.id(member), organisation_id=organisation, ground="conditions"
        )

    def reinstated(self, member: str) -> Event:
        organisation = self.id(f"org {member}")
        return MembershipReinstated(membership_id=self.id(member), organisation_id=organisation)

    def places(self, name: str, units: int, **more: Any) -> Event:
        """Promise internships, kept by placements."""
        return self.made(name, units, "internship", kept_by="placement", **more)

    def at(self, place: str, name: str) -> dict[str, UUID]:
        """Give the ids that events of a place under a promise have in common."""
        organisation = self.id("org a")
        return {
            "place_id": self.id(place),
            "commitment_id": self.id(name),
            "organisation_id": organisation,
        }

    def opened(self, place: str, name: str, slots: int, offer: str = "internship") -> Event:
        days = {"starts_on": "2026-01-01", "ends_before": "2026-12-01"}
        more = {"offer": offer, "slots": slots}
        return PlaceOpened.model_validate(self.at(place, name) | days | more)

    def paused(self, place: str, name: str) -> Event:
        return PlacePaused.model_validate(self.at(place, name) | {"ground": "employer"})

    def closed(self, place: str, name: str) -> Event:
        return PlaceClosed.model_validate(self.at(place, name) | {"ground": "withdrawn"})

    def accepted(self, placement: str, place: str, name: str, person: str) -> Event:
        ids = {
            "match_id": self.id(f"match {placement}"),
            "placement_id": self.id(placement),
            "candidate_ref": self.id(person),
        }
        more = {"unit": "north", "offer": "internship"}
        return MatchAccepted.model_validate(self.at(place, name) | ids | more)

    def placement(
        self, kind: type[Event], placement: str, place: str, name: str, **more: str | int | bool
    ) -> Event:
        """Give an event of a placement; its planned days are those of March."""
        days = {"starts_on": "2026-03-01", "ends_before": "2026-04-01", "last_day": "2026-03-16"}
        facts = {"unit": "north", "offer": "internship", "area": "west", "missed_minutes": 0}
        ids = self.at(place, name) | {"placement_id": self.id(placement)}
        return kind.model_validate(ids | days | facts | more)

    def course(
        self, placement: str, name: str, *days: str, end: type[Event] | None = None, place: str = ""
    ) -> "list[Dated]":
        """Tell a placement's life: planned, ready, started on the days given; then its end."""
        begun: list[type[Event]] = [PlacementPlanned, PlacementReady, PlacementStarted]
        kinds = begun[: len(days) - bool(end)] + ([end] if end else [])
        place = place or f"place of {name}"
        return [
            (self.placement(kind, placement, place, name), day)
            for kind, day in zip(kinds, days, strict=True)
        ]


COMPLETED: type[Event] = PlacementCompleted
PARTLY: type[Event] = PlacementPartlyCompleted
NO_SHOW: type[Event] = PlacementNoShow
INTERRUPTED: type[Event] = PlacementInterrupted


def records(told: Iterable[Dated]) -> list[Record]:
    """Give the records of the events, numbered within their streams."""
    count: Counter[str] = Counter()
    found = []
    for offset, (event, on) in enumerate(told):
        count[event.key] += 1
        found.append(record(event, count[event.key], offset, occurredat=on))
    return found


def shuffled(told: Sequence[Dated], dice: random.Random) -> list[Record]:
    """Shuffle streams against each other; the order within each is kept."""
    streams: dict[str, list[Record]] = {}
    for one in records(told):
        streams.setdefault(one.key.decode() if one.key else "", []).append(one)
    turns = [key for key, several in streams.items() for _ in several]
    dice.shuffle(turns)
    ready: dict[str, Iterator[Record]] = {key: iter(several) for key, several in streams.items()}
    return [next(ready[key]) for key in turns]


def batches(several: Sequence[Record], dice: random.Random) -> Iterator[Sequence[Record]]:
    """Cut into batches of any size."""
    rest = list(several)
    while rest:
        size = dice.randint(1, len(rest))
        yield rest[:size]
        rest = rest[size:]
