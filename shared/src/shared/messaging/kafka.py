"""Kafka as we use it: every topic declared in one table, and a watch that misses none."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from jobbpakten_events import source_of
from shared import metrics
from shared.edges.kafka import arguments
from shared.edges.tls import TlsAmiss
from shared.settings import ServiceSettings

WATCH_SECONDS = 60
DAYS = 24 * 60 * 60 * 1000
FOR_EVER = -1
LARGEST_EVENT_BYTES = 262_144

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Topic:
    """What a topic promises: who tells on it, who may read it, and for how long it remembers."""

    name: str
    told_by: frozenset[str]
    read_by: frozenset[str]
    retention_ms: int
    compacted: bool = False
    partitions: int = 6

    def configs(self, replication: int) -> dict[str, str]:
        """Give the topic's settings; two replicas must have a record before it counts."""
        # Else what a tombstone forgets would lie there until half of the topic is outdated, and as
        # long as its segment is written to. Only a later record on the partition ends that segment.
        soon = {"max.compaction.lag.ms": str(DAYS)}
        cleanup = {"cleanup.policy": "compact", "delete.retention.ms": str(90 * DAYS)} | soon
        kept = cleanup if self.compacted else {"cleanup.policy": "delete"}
        # The relay sends what every consumer can read; no broker shall squeeze it anew.
        safe = {"compression.type": "producer", "min.insync.replicas": str(min(2, replication))}
        return kept | safe | {"retention.ms": str(self.retention_ms)}


def _topic(
    name: str, told_by: str, read_by: str, retention_ms: int, *, compacted: bool = False
) -> Topic:
    return Topic(
        name, frozenset(told_by.split()), frozenset(read_by.split()), retention_ms, compacted
    )


EVERYBODY = "membership matching notifications followup"
TOPICS = {
    topic.name: topic
    for topic in (
        _topic("membership.v1", "membership", "matching notifications followup", FOR_EVER),
        _topic("matching.v1", "matching", "notifications followup", 14 * DAYS),
        _topic("placement.v1", "matching", "notifications followup", 30 * DAYS),
        _topic("followup.v1", "followup", "membership notifications", FOR_EVER),
        _topic("notification.v1", "notifications", "followup", 14 * DAYS),
        _topic("audit.v1", EVERYBODY, "", 14 * DAYS),
        _topic("directory.v1", "membership matching", "notifications", FOR_EVER, compacted=True),
    )
}

# Kafka shows nobody what she may not describe.
UNSEEN = "not there, or not allowed us: see `jobbpakten topics diff` and `jobbpakten topics acl`"

# Earlier releases made these; nobody tells or hears them any more.
FORMER = frozenset({"answer.v1"})


def told_by(service: str) -> set[str]:
    """Name the topics that a service tells on."""
    return {name for name, topic in TOPICS.items() if service in topic.told_by}


def heard_by(service: str) -> set[str]:
    """Name the topics that a service may read."""
    return {name for name, topic in TOPICS.items() if service in topic.read_by}


@cache
def sources(topic: str, municipality: str) -> frozenset[str]:
    """Give the sources that may stand in the envelopes on a topic of this municipality."""
    return frozenset(source_of(municipality, service) for service in TOPICS[topic].told_by)


def declared(prefix: str) -> dict[str, Topic]:
    """Give every declared topic by its name on the wire."""
    return {prefix + name: topic for name, topic in TOPICS.items()}


@asynccontextmanager
async def admin(bootstrap_servers: str, **how: Any) -> AsyncIterator[AIOKafkaAdminClient]:
    """Open Kafka's administration by the arguments; KafkaConnectionError when none answers."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, **how)
    try:
        await client.start()
        yield client
    finally:
        await client.close()


async def missing(reached_by: Mapping[str, Any], prefix: str, of: set[str]) -> set[str]:
    """Name the topics that somebody needs and that aren't there, or that she may not see."""
    async with admin(**reached_by) as client:
        return {prefix + name for name in of} - set(await client.list_topics())


async def watch(settings: ServiceSettings, of: set[str], note: Callable[..., None]) -> None:
    """Alarm by name on a declared topic that isn't there; note whether Kafka `answers`."""
    gone: set[str] | None = None
    with suppress(KafkaError, OSError, TlsAmiss):  # we don't get there: others say so
        prefix = settings.kafka_topic_prefix
        gone = await missing(arguments(settings), prefix, of)
        for name in of:
            metrics.topics_missing.labels(settings.service, name).set(prefix + name in gone)
        if gone:
            log.error("topics_missing", topics=sorted(gone), reason=UNSEEN)
    metrics.kafka_answers.labels(settings.service).set(gone is not None)
    note(answers=gone is not None)
