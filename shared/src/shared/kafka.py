"""Kafka as we use it: every topic declared in one table, and a watch that misses none."""

from dataclasses import dataclass

DAYS = 24 * 60 * 60 * 1000
FOR_EVER = -1


@dataclass(frozen=True, slots=True)
class Topic:
    """What a topic promises: who tells on it, who may read it, and for how long it remembers."""

    name: str
    told_by: frozenset[str]
    read_by: frozenset[str]
    retention_ms: int
    compacted: bool = False
    partitions: int = 6


def _topic(name: str, told_by: str, read_by: str, retention_ms: int, *, compacted: bool = False) -> Topic:
    return Topic(name, frozenset(told_by.split()), frozenset(read_by.split()), retention_ms, compacted)


EVERYBODY = "membership matching notifications followup"
TOPICS = {
    topic.name: topic
    for topic in (
        _topic("membership.v1", "membership", "matching notifications followup", FOR_EVER),
        _topic("matching.v1", "matching", "membership notifications followup", 14 * DAYS),
        _topic("placement.v1", "matching", "membership notifications followup", 30 * DAYS),
        _topic("followup.v1", "followup", "membership matching notifications", FOR_EVER),
        _topic("notification.v1", "notifications", "followup", 14 * DAYS),
        _topic("answer.v1", "notifications", "membership matching followup", 14 * DAYS),
        _topic("audit.v1", EVERYBODY, "", 14 * DAYS),
        _topic("directory.v1", "membership matching", "notifications", FOR_EVER, compacted=True),
    )
}
