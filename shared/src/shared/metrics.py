"""What operations can see of outbox, inbox and Kafka; every series says which service."""

from collections.abc import Iterable, Iterator

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.registry import Collector

outbox_age = Gauge("outbox_age_seconds", "How long the oldest event has waited.", ["service"])
outbox_rows = Gauge("outbox_rows", "How many events wait, at most 10,000 are counted.", ["service"])
outbox_sent = Counter("outbox_sent", "Events acknowledged by Kafka.", ["service"])
relay_leads = Gauge("relay_leads", "1 where this replica's relay leads.", ["service"])
inbox_lag = Gauge("inbox_lag_records", "Records not yet heard.", ["service", "topic", "partition"])
inbox_heard = Counter("inbox_heard", "Records by what became of them.", ["service", "outcome"])
inbox_parked = Gauge("inbox_parked_records", "Records that wait, by reason.", ["service", "reason"])
inbox_waiting = Gauge("inbox_waiting_streams", "Streams that stand still.", ["service"])
inbox_holds = Gauge("inbox_holds", "1 while an outage is waited for.", ["service"])
inbox_escaped = Counter("inbox_escaped", "Errors that left the inbox: bugs.", ["service"])
# By kind it would count what happened to people, one by one, for whoever looks.
handler_seconds = Histogram(
    "inbox_handler_seconds",
    "How long a handler took for one event.",
    ["service"],
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10),
)
kafka_connected = Gauge("kafka_connected", "1 while the group is joined.", ["service"])
topics_missing = Gauge(
    "kafka_topics_missing", "1 for a declared topic that isn't there.", ["service", "topic"]
)
things_failed = Counter("things_failed", "Failures of single things.", ["service", "kind"])
things_waiting = Gauge(
    "things_waiting",
    "Things that are due and wait for their turn, at most 10,000 are counted.",
    ["service", "kind"],
)
things_undone = Gauge("things_undone", "Things that fail each time.", ["service", "kind"])
round_failing = Gauge(
    "round_failing_seconds", "How long a round of work has failed each time.", ["service", "round"]
)

OF_A_SERVICE = (
    *(outbox_age, outbox_rows, outbox_sent, relay_leads, inbox_waiting, inbox_holds),
    *(inbox_escaped, handler_seconds, kafka_connected),
)


def expect(
    service: str, topics: Iterable[str], outcomes: Iterable[str], reasons: Iterable[str]
) -> None:
    """Show what is known beforehand from the start: an alert on what isn't there never comes."""
    for figure in OF_A_SERVICE:
        figure.labels(service)
    for topic in topics:
        topics_missing.labels(service, topic)
    for outcome in outcomes:
        inbox_heard.labels(service, outcome)
    for reason in reasons:
        inbox_parked.labels(service, reason)


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
