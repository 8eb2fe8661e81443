"""How a listener is: since when it is behind, apart from its group, or kept from records."""

import time
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import Gauge

from shared import metrics
from shared.messaging.alarms import Alarms

STUCK_SECONDS = 60
APART_SECONDS = 600  # a group that is being joined by many takes its minutes
ALARM_SECONDS = 300
HANGS = (
    "Somebody's transaction on a topic stays open, and nobody hears what lies behind it."
    " Find it with kafka-transactions.sh find-hanging and abort it: docs/operations/alerts.md."
)
APART = (
    "Kafka answers, and this service isn't in its group. Look at the lines before this one, and at"
    " its rights to topics and group (jobbpakten topics acl): docs/operations/alerts.md."
)


class Liveness:
    """Tells an outage, which is waited for, from what a new start or a person has to mend."""

    def __init__(self, service: str) -> None:
        self.connected = metrics.kafka_connected.labels(service)
        self.partitions = metrics.inbox_partitions.labels(service)
        self.kept_back_seconds = metrics.kept_back_seconds.labels(service)
        self.lag = Shown(metrics.inbox_lag, service)
        self.kept_back = Shown(metrics.inbox_kept_back, service)
        self.joined = False
        self.standing: object = None
        self.behind_since: float | None = None
        self.apart_since: float | None = None
        self.tried_at = 0.0
        self.still: dict[TopicPartition, tuple[int, float]] = {}
        self.alarms = Alarms()
        self.note_joined(joined=False)

    def note_joined(self, *, joined: bool) -> None:
        self.joined = joined
        self.connected.set(joined)
        if joined:
            self.apart_since = None
        else:
            self.behind_since = None
            self.note_lag({})
            self.note_edges({})

    def note_try(self) -> None:
        """Note that one more consumer asks to be let in: it has all its time to join."""
        self.tried_at = time.monotonic()

    def note_hold(self) -> None:
        """Note that a batch waits for an outage: what is counted in minutes begins after it.

        Meanwhile nothing is fetched, which would move an edge, and aiokafka leaves its group.
        """
        self.apart_since = None
        self.note_standing(None, behind=False)
        self.note_edges({})

    def note_answer(self, *, answers: bool) -> None:
        """Note once a minute whether Kafka answers: only then we should be in our group."""
        if self.joined or not answers:
            self.apart_since = None
            return
        self.apart_since = self.apart_since or time.monotonic()
        seconds = time.monotonic() - self.apart_since
        if seconds > ALARM_SECONDS:
            self.alarms.ring("group_not_joined", seconds=round(seconds), reason=APART)

    def note_lag(self, lag: Mapping[TopicPartition, int]) -> None:
        self.lag.show(lag)
        self.partitions.set(len(lag))

    def note_standing(self, standing: object, *, behind: bool) -> None:
        """Remember since when records wait and nothing has moved."""
        if not behind or standing != self.standing:
            self.behind_since = None
        elif self.behind_since is None:
            self.behind_since = time.monotonic()
        self.standing = standing

    def note_edges(self, edges: Mapping[TopicPartition, tuple[int, int]]) -> None:
        """Note how far each partition may be read, and how far it goes.

        Between the two lie records of a transaction that is open, and those behind it. A relay at
        work opens one after the other: amiss is one whose edge stands still.
        """
        now, before = time.monotonic(), self.still
        self.kept_back.show({place: end - stable for place, (stable, end) in edges.items()})
        self.still = {
            place: before[place] if before.get(place, (-1,))[0] == stable else (stable, now)
            for place, (stable, end) in edges.items()
            if end > stable
        }
        seconds = max((now - since for _, since in self.still.values()), default=0)
        self.kept_back_seconds.set(seconds)
        if seconds > ALARM_SECONDS:
            topics = sorted({place.topic for place in self.still})
            self.alarms.ring(
                "transaction_hangs", topics=topics, seconds=round(seconds), reason=HANGS
            )

    def is_behind(self) -> bool:
        """Tell whether records wait, and none has moved for a minute."""
        return self.behind_since is not None and ago(STUCK_SECONDS) > self.behind_since

    def is_apart(self) -> bool:
        """Tell whether one consumer hasn't joined for ten minutes in which Kafka answered.

        Whoever is refused tries again with another: a new start would do no more.
        """
        since = self.apart_since
        return since is not None and ago(APART_SECONDS) > max(since, self.tried_at)


class Shown:
    """A figure for each partition that is heard here; it goes with the partition."""

    def __init__(self, gauge: Gauge, service: str) -> None:
        self.gauge, self.service = gauge, service
        self.places: set[TopicPartition] = set()

    def show(self, figures: Mapping[TopicPartition, int]) -> None:
        for gone in self.places - figures.keys():
            self.gauge.remove(self.service, gone.topic, str(gone.partition))
        for place, figure in figures.items():
            self.gauge.labels(self.service, place.topic, str(place.partition)).set(figure)
        self.places = {*figures}


def ago(seconds: float) -> float:
    return time.monotonic() - seconds


def is_member(consumer: AIOKafkaConsumer) -> bool:
    """Tell whether the group has let us in: one with more members than partitions leaves some idle.

    aiokafka has no word for it.
    """
    group, subscription = consumer._coordinator, consumer._subscription.subscription  # noqa: SLF001
    given = subscription is not None and subscription.assignment is not None
    return given and group.generation > 0 and not group._coordination_task.done()  # noqa: SLF001


def edges_of(consumer: AIOKafkaConsumer) -> dict[TopicPartition, tuple[int, int]]:
    """Give how far each partition may be read and how far it goes, as the last fetch said it.

    One that was set aside isn't fetched any more: it says nothing.
    """
    found = {}
    for place in consumer.assignment() - consumer.paused():
        stable, end = consumer.last_stable_offset(place), consumer.highwater(place)
        if stable is not None and end is not None and stable >= 0:
            found[place] = (stable, end)
    return found
