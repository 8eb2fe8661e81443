"""What membership could have told: events with their days, in streams."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self
from uuid import UUID, uuid5

from tests.shared.records import record

from shared.events import Event
from shared.events.membership import (
    ActivityHeld,
    AgreementInForce,
    CommitmentMade,
    CommitmentReleased,
    CommitmentRenegotiated,
    MembershipApplied,
    MembershipApproved,
    MembershipEnded,
    MembershipRejected,
    VettingStarted,
)
from shared.inbox.records import Record

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
            commitment_id=self.id(name), promised_before=before, promised=promised, ground="x"
        )

    def released(self, name: str) -> Event:
        return CommitmentReleased(commitment_id=self.id(name), ground="reorganised")

    def held(self, activity: str, name: str, offer: str = "study_visit") -> Event:
        return ActivityHeld(activity_id=self.id(activity), commitment_id=self.id(name), offer=offer)


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
