"""What a comparison finds: streams, listeners on topics, and how everything stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.kafka import DAYS, FOR_EVER, Topic

NAMED = 3
TOMBSTONES_STAY_MS = 90 * DAYS
UUID_WITH_TIME = 7


@dataclass(frozen=True, slots=True)
class Stream:
    """The last number told about an aggregate, and the last one that a listener heard."""

    key: str
    told: int
    heard: int

    def __str__(self) -> str:
        return f"{self.key} told {self.told}, heard {self.heard}"


@dataclass(frozen=True, slots=True)
class Hearing:
    """One listener on one topic: events told and heard, and the streams where they differ.

    Apart stand streams of which nothing was heard and whose events the topic may have dropped.
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
    topic: Topic, listener: str, told: Mapping[str, int], heard: Mapping[str, int], now: datetime
) -> Hearing:
    """Compare the last numbers of one topic's streams, told and heard, by key."""
    streams = [Stream(key, told.get(key, 0), heard.get(key, 0)) for key in told.keys() | heard]
    unequal = sorted((s for s in streams if s.told != s.heard), key=lambda s: s.key)
    dropped = {s for s in unequal if not s.heard and may_be_dropped(s.key, topic, now)}
    return Hearing(
        topic.name,
        listener,
        sum(told.values()),
        sum(heard.values()),
        tuple(s for s in unequal if s not in dropped),
        tuple(s for s in unequal if s in dropped),
    )


def may_be_dropped(key: str, topic: Topic, now: datetime) -> bool:
    """Tell whether a stream may be older than what its topic keeps; UUIDv7 say when they began."""
    kept_ms = TOMBSTONES_STAY_MS if topic.compacted else topic.retention_ms
    began = began_at(key)
    if kept_ms == FOR_EVER or began is None:
        return kept_ms != FOR_EVER
    return now - began > timedelta(milliseconds=kept_ms)


def began_at(key: str) -> datetime | None:
    """Read the moment out of a UUIDv7; None for any other key."""
    try:
        one = UUID(key)
    except ValueError:
        return None
    if one.version != UUID_WITH_TIME:
        return None
    return datetime.fromtimestamp((one.int >> 80) / 1000, UTC)
