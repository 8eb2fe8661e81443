"""The figures of a process: there from the start, each with its service's name."""

from collections.abc import Iterable, Iterator

from prometheus_client import REGISTRY, CollectorRegistry, Metric
from prometheus_client.registry import Collector

from shared import metrics
from shared.messaging.inbox.streams import REASONS, Outcome

OF_A_SERVICE = (
    *(metrics.outbox_age, metrics.outbox_rows, metrics.outbox_sent, metrics.relay_leads),
    *(metrics.inbox_waiting, metrics.inbox_holds, metrics.inbox_escaped),
    *(metrics.inbox_partitions, metrics.kept_back_seconds, metrics.oldest_transaction),
    *(metrics.handler_seconds, metrics.kafka_connected, metrics.kafka_answers),
)


def expect(service: str, topics: Iterable[str]) -> None:
    """Show what is known beforehand from the start: an alert on what isn't there never comes."""
    for figure in OF_A_SERVICE:
        figure.labels(service)
    for topic in topics:
        metrics.topics_missing.labels(service, topic)
    for outcome in (*Outcome, "unknown"):
        metrics.inbox_heard.labels(service, outcome)
    for reason in REASONS:
        metrics.inbox_parked.labels(service, reason)


class OfService(Collector):
    """All figures of a process with its service's name, also those that a library keeps."""

    def __init__(self, service: str) -> None:
        self.service = service

    def collect(self) -> Iterator[Metric]:
        for family in REGISTRY.collect():
            family.samples = [
                sample._replace(labels={"service": self.service, **sample.labels})
                for sample in family.samples
            ]
            yield family


def registry_of(service: str) -> CollectorRegistry:
    found = CollectorRegistry()
    found.register(OfService(service))
    return found
