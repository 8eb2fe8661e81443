"""Who may do what in Kafka: all that the table of topics says, and nothing else."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from shared.messaging.kafka import FORMER, TOPICS
from shared.settings.kafka import OperatorsAccess

OPERATOR = OperatorsAccess.service  # who types `jobbpakten topics` and `jobbpakten restore`
OF_OPERATOR = ("AlterConfigs", "Create", "Describe", "DescribeConfigs", "Read")
API_VERSION = "kafka.strimzi.io/v1beta2"


class Acl(NamedTuple):
    """One thing that a user may do with what is called exactly so; the words are Kafka's."""

    user: str
    kind: str  # topic, group, transactional_id
    name: str
    operation: str


def acls(prefix: str) -> list[Acl]:
    """Give all that anybody may do; Kafka refuses the rest, as it knows who asks.

    Read and Write bring Describe with them, and Write is enough for an idempotent producer.
    """
    return sorted({*of_services(prefix), *of_operator(prefix)})


def of_services(prefix: str) -> Iterator[Acl]:
    for topic in TOPICS.values():
        for teller in topic.told_by:
            yield Acl(teller, "topic", prefix + topic.name, "Write")
            yield Acl(teller, "transactional_id", f"{prefix}{teller}-relay", "Write")
        for reader in topic.read_by:
            yield Acl(reader, "topic", prefix + topic.name, "Read")
            yield Acl(reader, "group", prefix + reader, "Read")


def of_operator(prefix: str) -> Iterator[Acl]:
    """Read, topics and the services' groups: a restore looks at what was told, and begins anew."""
    for name, topic in TOPICS.items():
        for operation in OF_OPERATOR:
            yield Acl(OPERATOR, "topic", prefix + name, operation)
        for reader in topic.read_by:
            yield Acl(OPERATOR, "group", prefix + reader, "Read")
    for name in FORMER:
        yield Acl(OPERATOR, "topic", prefix + name, "Describe")


def users() -> list[str]:
    """Name everybody who may do anything: the services and the operators' command line."""
    return sorted({acl.user for acl in acls("")})


def kafka_users(prefix: str, cluster: str) -> Iterator[dict[str, Any]]:
    """Give each user as a KafkaUser of Strimzi (0.45), which makes password and ACLs of it."""
    for user, several in groupby(acls(prefix), lambda acl: acl.user):
        rules = [
            {
                "resource": {"type": camel_case(kind), "name": name, "patternType": "literal"},
                "operations": [acl.operation for acl in same],
            }
            for (kind, name), same in groupby(several, lambda acl: (acl.kind, acl.name))
        ]
        yield {
            "apiVersion": API_VERSION,
            "kind": "KafkaUser",
            "metadata": {"name": user, "labels": {"strimzi.io/cluster": cluster}},
            "spec": {
                "authentication": {"type": "scram-sha-512"},
                "authorization": {"type": "simple", "acls": rules},
            },
        }


def camel_case(kind: str) -> str:
    first, *more = kind.split("_")
    return first + "".join(word.capitalize() for word in more)
