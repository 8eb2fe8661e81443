"""What operations can see of outbox, inbox and Kafka; every series says which service."""

from prometheus_client import Counter, Gauge, Histogram

outbox_age = Gauge("outbox_age_seconds", "How long the oldest event has waited.", ["service"])
outbox_rows = Gauge("outbox_rows", "How many events wait, at most 10,000 are counted.", ["service"])
outbox_sent = Counter("outbox_sent", "Events acknowledged by Kafka.", ["service"])
oldest_transaction = Gauge(
    "database_oldest_transaction_seconds", "How long somebody's transaction is open.", ["service"]
)
relay_leads = Gauge("relay_leads", "1 where this replica's relay leads.", ["service"])
inbox_lag = Gauge("inbox_lag_records", "Records not yet heard.", ["service", "topic", "partition"])
inbox_partitions = Gauge("inbox_partitions", "Partitions that this replica hears.", ["service"])
inbox_kept_back = Gauge(
    "inbox_kept_back_records",
    "Records that nobody may hear before a transaction ends.",
    ["service", "topic", "partition"],
)
kept_back_seconds = Gauge(
    "inbox_kept_back_seconds", "How long one and the same transaction keeps them.", ["service"]
)
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
kafka_answers = Gauge("kafka_answers", "1 while Kafka answers, joined or not.", ["service"])
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
