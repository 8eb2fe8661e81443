"""What the topics still hold: read to their ends, and compared with what a database knows."""

import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError

from jobbpakten_events import Event, source_of
from shared.messaging.inbox.records import Heard, Record, read, taken
from shared.messaging.inbox.streams import FURTHEST, Stream
from shared.messaging.kafka import FOR_EVER, TOPICS, told_by
from shared.messaging.relay import wire
from shared.settings import ServiceSettings

IDLE_SECONDS = 30  # without a record or a step forward: then Kafka is away
MOST_NAMED = 20


@dataclass
class Past:
    """A stream of ours: what others know of it, and what was told that isn't known here."""

    topic: str
    key: str
    here: int
    outside: int = 0
    last: Heard | None = None  # on the topic
    lost: list[Heard] = field(default_factory=list)
    forked: int = 0  # the first number that was told twice
    lifted: int = 0  # to which number, by a restore that was interrupted: what is above is ours

    @property
    def told_twice(self) -> bool:
        return self.forked > 0

    @property
    def network(self) -> str:
        return self.last.envelope.network if self.last else ""

    @property
    def events(self) -> list[Event]:
        """Give what was lost, in the order in which it was told."""
        return [one.event for one in self.lost if one.event]

    def lately(self, *kinds: type[Event]) -> list[Event]:
        """Give the last event of these kinds that was lost, of each life that was."""
        found = {one.envelope.epoch: one.event for one in self.lost if isinstance(one.event, kinds)}
        return [event for event in found.values() if event]

    @property
    def forgotten(self) -> bool:
        """Tell whether others were last told to forget it, on a topic that is compacted.

        Where nothing is left there of what they heard, it was a tombstone.
        """
        ends = {one.envelope.epoch: one for one in self.lost}
        gone = self.outside > self.here and self.last is None
        return gone or any(one.payload is None for one in ends.values())

    def said(self) -> tuple[str, ...]:
        """Say what was lost, kind and day; of many the last."""
        return tuple(
            f"{one.version} {one.envelope.type.split('.', 2)[2]} {one.envelope.occurredat}"
            for one in self.lost[-MOST_NAMED:]
        )

    def note(self, one: Heard, settled: Collection[str]) -> None:
        """Note a record of it, in the order of the topic; `settled` epochs tell what was lifted."""
        before = self.last
        again = before is not None and one.version <= before.version
        if before and again and one.envelope.epoch != before.envelope.epoch:
            self.forked = min(one.version, self.forked or one.version)
        elif one.envelope.epoch in settled and one.version > self.outside:
            self.forked = 0  # lifted above both, and told anew
        if one.version > self.here and not 0 < self.lifted < one.version:
            self.lost.append(one)
        self.outside, self.last = max(self.outside, one.version), one

    def note_again(self, one: Heard) -> None:
        """Note what was lost of a stream that was told twice: all that its last life didn't tell.

        Its last life holds what people decided not knowing of it.
        """
        last = self.last.envelope.epoch if self.last else ""
        if one.version >= self.forked and one.envelope.epoch != last:
            self.lost.append(one)


@dataclass
class Reach:
    """Another service's stream: the first number that its topic holds, and the last."""

    first: int
    last: int


class Topics:
    """What the topics hold of our streams, and of those that we hear."""

    def __init__(
        self,
        settings: ServiceSettings,
        reached_by: Mapping[str, Any],
        told: Mapping[Stream, int],
        heard: Mapping[Stream, int],
        settled: Collection[str],
    ) -> None:
        self.settings, self.reached_by = settings, reached_by
        self.told, self.heard, self.settled = told, heard, settled
        self.ours: dict[Stream, Past] = {}
        self.theirs: dict[Stream, Reach] = {}
        self.source = source_of(settings.municipality, settings.service)

    async def read(self, hears: Collection[str], say: Any) -> None:
        """Read all that we tell and hear to its end."""
        for topic in sorted(told_by(self.settings.service) | {*hears}):
            count = await self.read_one(topic, self.note)
            say(f"{self.settings.service}: {topic}: {count} records read")

    async def read_forks(self) -> None:
        """Read again what was told twice: only now is it known from which number on."""
        forks = {stream: past for stream, past in self.ours.items() if past.told_twice}
        for past in forks.values():
            past.lost = []

        def note(one: Any) -> None:
            if isinstance(one, Heard) and not one.reason and one.stream in forks:
                forks[one.stream].note_again(one)

        for topic in sorted({topic for topic, _ in forks}):
            await self.read_one(topic, note)

    async def read_one(self, topic: str, note: Callable[[Any], None]) -> int:
        count, prefix = 0, self.settings.kafka_topic_prefix
        async with self.reading(prefix + topic) as consumer:
            ends = await consumer.end_offsets(consumer.assignment())
            moved = time.monotonic()
            while behind := [one for one in ends if await consumer.position(one) < ends[one]]:
                # Behind a transaction's last record stands its end, with which nothing comes.
                found = await consumer.getmany(*behind, timeout_ms=50, max_records=2_000)
                for record in (one for records in found.values() for one in records):
                    note(read(taken(record, prefix), self.settings.municipality))
                    count += 1
                if found:
                    moved = time.monotonic()
                elif time.monotonic() - moved > IDLE_SECONDS:
                    raise KafkaError(f"{prefix + topic} can't be read to its end")
        return count

    @asynccontextmanager
    async def reading(self, *topics: str, **more: Any) -> AsyncIterator[AIOKafkaConsumer]:
        """Open a consumer of all partitions of these topics; a KafkaError when none answers."""
        consumer = AIOKafkaConsumer(
            *topics,
            **self.reached_by,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
            **more,
        )
        try:
            await consumer.start()
            yield consumer
        except OSError as error:  # a database's has the same names, and another cure
            raise KafkaConnectionError from error
        finally:
            await consumer.stop()

    def note(self, one: Any) -> None:
        """Note a record that its teller may have told; what anybody else wrote is nothing."""
        if not isinstance(one, Heard) or one.reason:
            return
        if one.envelope.source == self.source:
            past = self.past(one.stream)
            if one.version - max(past.here, past.outside) <= FURTHEST:
                past.note(one, self.settled)
        else:
            reach = self.theirs.setdefault(one.stream, Reach(one.version, one.version))
            reach.last = max(reach.last, one.version)

    def note_unsent(self, rows: Iterable[Any], lives: Collection[str]) -> None:
        """Note what lies in the outbox of these lives: it comes after all on the topics."""
        for row in rows:
            record = Record(row["topic"], 0, 0, row["key"].encode(), (*wire(row),), row["payload"])
            one = read(record, self.settings.municipality)
            if isinstance(one, Heard) and one.envelope.epoch in lives:
                self.note(one)

    def go_on(self, interrupted: Iterable[Any]) -> None:
        """Take up what a run has lifted and not told anew, from where the database stood then."""
        for one in interrupted:
            self.past((one.topic, one.key)).here = one.here
            self.past((one.topic, one.key)).lifted = one.lifted

    def past(self, stream: Stream) -> Past:
        if stream not in self.ours:
            self.ours[stream] = Past(*stream, self.told.get(stream, 0))
        return self.ours[stream]

    def ahead(self, floors: Mapping[Stream, int]) -> list[Past]:
        """Give our streams of which somebody knows more than we do, or that were told twice."""
        for stream, version in floors.items():
            alone = len(TOPICS[stream[0]].told_by) == 1
            if alone or stream in self.told or stream in self.ours:
                past = self.past(stream)
                past.outside = max(past.outside, version)
        ours = [past for _, past in sorted(self.ours.items())]
        return [one for one in ours if one.outside > one.here or one.told_twice or one.lifted]

    def missing(self) -> Iterator[tuple[str, str, int, Reach]]:
        """Name what we haven't heard and no topic holds any more: the stream and what it holds."""
        for (topic, key), reach in sorted(self.theirs.items()):
            here, about = self.heard.get((topic, key), 0), TOPICS[topic]
            whole = here or about.retention_ms == FOR_EVER
            if whole and not about.compacted and reach.first > here + 1:
                yield topic, key, here, reach

    async def rewind(self, topics: Collection[str]) -> int:
        """Let the service's group read from the beginning: its inbox passes over what it heard."""
        names = [self.settings.kafka_topic_prefix + topic for topic in sorted(topics)]
        async with self.reading(*names) as everything:
            starts = await everything.beginning_offsets(everything.assignment())
        async with self.reading(group_id=self.settings.group) as group:
            group.assign([TopicPartition(one.topic, one.partition) for one in starts])
            await group.commit(starts)
        return len(starts)
