"""What a comparison finds: streams, listeners on topics, and how everything stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from shared.messaging.kafka import DAYS, FOR_EVER, Topic

NAMED = 3
TOMBSTONES_STAY_MS = 90 * DAYS
UUID_WITH_TIME = 7
FORKED, UNKNOWN_AGE = "forked", "of unknown age"


class Told(NamedTuple):
    """What the teller knows of a stream: its last number, when the first was told, when the last.

    A release that kept no moments told what has none: before `kept_since`, the first one kept.
    """

    version: int
    first_at: datetime | None = None
    last_at: datetime | None = None
    is_tombstone: bool | None = None  # the last one
    kept_since: datetime | None = None
    id: UUID | None = None  # of the last one, where it is known


class Heard(NamedTuple):
    """What a listener knows of a stream: the last number that it heard, the first, and when."""

    version: int
    first: int = 1
    first_at: datetime | None = None  # where it wasn't 1
    id: UUID | None = None  # of the last one; none where a person passed over it


class Age(Enum):
    """Whether an event may be gone from its topic."""

    YOUNG, OLD, UNKNOWN = range(3)


@dataclass(frozen=True, slots=True)
class Stream:
    """The last number told about an aggregate, and the last one that a listener heard."""

    key: str
    told: int
    heard: int
    note: str = ""  # what is amiss, where the numbers don't say it

    def __str__(self) -> str:
        said = f"{self.key} told {self.told}, heard {self.heard}"
        return f"{said}, {self.note}" if self.note else said


@dataclass(frozen=True, slots=True)
class Hearing:
    """One listener on one topic: events told and heard, and the streams where they differ.

    Apart stand streams of which nothing was heard and all is older than their topic's memory.
    """

    topic: str
    listener: str
    told: int
    heard: int
    differing: tuple[Stream, ...] = ()
    apart: tuple[Stream, ...] = ()

    def __str__(self) -> str:
        streams = [*self.differing, *self.apart]
        more = [f"{len(streams) - NAMED} more"] if len(streams) > NAMED else []
        named = "; ".join([*map(str, streams[:NAMED]), *more])
        return f"{self.listener} heard {self.heard} of {self.told} on {self.topic} ({named})"


@dataclass(frozen=True, slots=True)
class Standing:
    """How everything stands; outbox and parked give the number of rows by service."""

    hearings: tuple[Hearing, ...]
    outbox: dict[str, int]
    parked: dict[str, int]

    @property
    def differs(self) -> bool:
        """Tell whether something waits, is parked or wasn't heard; what lies apart is no matter."""
        waits = any(self.outbox.values()) or any(self.parked.values())
        return waits or any(hearing.differing for hearing in self.hearings)

    @property
    def quiet(self) -> bool:
        """Tell whether everything ever told has been heard, and nothing is under way."""
        return not self.differs and not any(hearing.apart for hearing in self.hearings)

    def __str__(self) -> str:
        return "; ".join(self._faults()) or "everything told has been heard"

    def _faults(self) -> Iterator[str]:
        yield from (str(one) for one in self.hearings if one.differing or one.apart)
        yield from (f"{n} in the outbox of {name}" for name, n in self.outbox.items() if n)
        yield from (f"{n} parked in {name}" for name, n in self.parked.items() if n)


def compared(
    topic: Topic,
    listener: str,
    told: Mapping[str, Told],
    heard: Mapping[str, Heard],
    now: datetime,
) -> Hearing:
    """Compare what was told and heard of one topic's streams, by key."""
    differing: list[Stream] = []
    apart: list[Stream] = []
    for key in sorted(told.keys() | heard):
        of_teller, of_listener = told.get(key, Told(0)), heard.get(key, Heard(0))
        numbers = of_teller.version, of_listener.version
        last = age_of_last(key, of_teller, topic, now)
        first = age_of_first(key, of_teller, topic, of_listener.first_at or now)
        if not of_listener.version and last is Age.OLD:
            apart.append(Stream(key, *numbers))
        elif (note := amiss(of_teller, of_listener, topic, first, last)) is not None:
            differing.append(Stream(key, *numbers, note))
    return Hearing(
        topic.name,
        listener,
        sum(one.version for one in told.values()),
        sum(one.version for one in heard.values()),
        tuple(differing),
        tuple(apart),
    )


def amiss(told: Told, heard: Heard, topic: Topic, first: Age, last: Age) -> str | None:
    """Say what is amiss with a stream, in a word where its numbers don't; None if nothing is."""
    other = None not in {told.id, heard.id} and told.id != heard.id
    if heard.version > told.version or (heard.version == told.version and other):
        return FORKED
    if heard.version < told.version:
        return UNKNOWN_AGE if last is Age.UNKNOWN and not heard.version else ""
    begins_late = heard.first > 1 and not topic.compacted and first is not Age.OLD
    return f"from {heard.first} on" if begins_late else None


def age_of_first(key: str, told: Told, topic: Topic, then: datetime) -> Age:
    """Tell whether a topic may have dropped a stream's first event by then."""
    return age_of(told.first_at or began_at(key), told, topic, then)


def age_of_last(key: str, told: Told, topic: Topic, now: datetime) -> Age:
    """Tell whether a topic may have dropped all of a stream; a compacted one drops tombstones."""
    if topic.compacted and told.is_tombstone is False:
        return Age.YOUNG
    age = age_of(told.last_at, told, topic, now)
    # Whatever has begun lately was told lately.
    is_new = age is Age.UNKNOWN and age_of_first(key, told, topic, now) is Age.YOUNG
    return Age.YOUNG if is_new else age


def age_of(at: datetime | None, told: Told, topic: Topic, now: datetime) -> Age:
    """Tell whether a topic may have dropped what was told then: unknown is never yes."""
    kept_ms = TOMBSTONES_STAY_MS if topic.compacted else topic.retention_ms
    told_by = at or told.kept_since
    if kept_ms == FOR_EVER:
        return Age.YOUNG
    if told_by and now - told_by > timedelta(milliseconds=kept_ms):
        return Age.OLD
    return Age.YOUNG if at else Age.UNKNOWN


def began_at(key: str) -> datetime | None:
    """Read the moment out of a UUIDv7; None for any other key, or where no calendar has it."""
    try:
        one = UUID(key)
        if one.version != UUID_WITH_TIME:
            return None
        return datetime.fromtimestamp((one.int >> 80) / 1000, UTC)
    except ValueError:
        return None
