"""`jobbpakten topics acl`: who may do what in Kafka, printed and seen to."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import yaml
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)
from tests.cli.commands import Ended, jobbpakten

from jobbpakten import authorizers
from jobbpakten.acls import OPERATOR, acls, users
from jobbpakten_local.parts.kafka import Kafka
from jobbpakten_local.parts.kafka_access import ADMIN

# Strimzi 0.45, CustomResourceDefinition of KafkaUser, v1beta2: what may stand there.
KINDS = {"topic": "topic", "group": "group", "transactionalId": "transactional_id"}
OPERATIONS = {"Read", "Write", "Create", "Describe", "AlterConfigs", "DescribeConfigs"}
LITERAL, PREFIXED = ResourcePatternType.LITERAL, ResourcePatternType.PREFIXED


@pytest.fixture
def prefix(kafka: Kafka) -> Iterator[str]:
    """Give a prefix of its own; what is allowed there goes with the test."""
    made = f"a{uuid4().hex[:8]}."
    yield made
    authorizer = authorizers.authorizer(kafka.access.of(ADMIN))
    ours = [one for one in authorizer.there() if one.name.startswith(made)]
    if ours:
        authorizer.remove(ours)


def environment(kafka: Kafka, prefix: str, user: str = ADMIN) -> dict[str, str]:
    said = kafka.access.settings_for(user) | {"KAFKA_TOPIC_PREFIX": prefix}
    return {f"{OPERATOR.upper()}_{name}": value for name, value in said.items()}


def acl(env: dict[str, str], *words: object) -> Ended:
    return jobbpakten("topics", "acl", *words, env=env)


def right(
    user: str,
    kind: ResourceType,
    name: str,
    pattern: ResourcePatternType,
    permission: AclPermissionType = AclPermissionType.ALLOW,
) -> AclBinding:
    return AclBinding(kind, name, pattern, f"User:{user}", "*", AclOperation.ALL, permission)


def test_the_list_is_printed_without_any_kafka() -> None:
    printed = acl({}, "--json")

    assert printed.code == 0
    assert printed.json == [one._asdict() for one in acls("")]
    row = {"user": "followup", "kind": "topic", "name": "matching.v1", "operation": "Read"}
    assert row in printed.json
    assert "transactional_id" in acl({}).out


def test_what_a_service_may_is_the_smallest_list_that_works() -> None:
    """Tried on Kafka 4.3: Read and Write bring Describe, and no right to the cluster is needed."""
    found = {(one.kind, one.name, one.operation) for one in acls("t.") if one.user == "matching"}

    assert found == {
        ("group", "t.matching", "Read"),
        ("topic", "t.membership.v1", "Read"),
        ("topic", "t.matching.v1", "Write"),
        ("topic", "t.placement.v1", "Write"),
        ("topic", "t.audit.v1", "Write"),
        ("topic", "t.directory.v1", "Write"),
        ("transactional_id", "t.matching-relay", "Write"),
    }


def test_strimzi_is_told_the_same() -> None:
    env = {"JOBBPAKTEN_KAFKA_SERVERS": "kafka:9093", "JOBBPAKTEN_KAFKA_TOPIC_PREFIX": "t."}
    printed = acl(env, "--strimzi", "our-cluster")
    found = list(yaml.safe_load_all(printed.out))

    assert printed.code == 0
    assert [one["metadata"]["name"] for one in found] == users()
    said = set()
    for one in found:
        assert (one["apiVersion"], one["kind"]) == ("kafka.strimzi.io/v1beta2", "KafkaUser")
        assert one["metadata"]["labels"] == {"strimzi.io/cluster": "our-cluster"}
        assert one["spec"].keys() == {"authentication", "authorization"}
        assert one["spec"]["authentication"] == {"type": "scram-sha-512"}
        assert one["spec"]["authorization"]["type"] == "simple"
        for rule in one["spec"]["authorization"]["acls"]:
            what = rule["resource"]
            assert what["patternType"] == "literal"
            assert {*rule["operations"]} <= OPERATIONS
            user, kind = one["metadata"]["name"], KINDS[what["type"]]
            said |= {(user, kind, what["name"], operation) for operation in rule["operations"]}
    assert said == {*acls("t.")}


def test_what_is_missing_is_made_and_a_second_time_nothing(kafka: Kafka, prefix: str) -> None:
    env = environment(kafka, prefix)
    first, second = acl(env, "--apply", "--json"), acl(env, "--apply")

    assert first.code == 0
    assert first.json["made"] == sorted(
        (one._asdict() for one in acls(prefix)), key=lambda one: [*one.values()]
    )
    assert first.json["left_over"] == first.json["removed"] == first.json["besides"] == []
    assert (second.code, second.out) == (0, "0 made, 0 removed.\n")


def test_what_the_table_does_not_say_is_named_and_goes_only_when_told_to(
    kafka: Kafka, prefix: str
) -> None:
    authorizers.authorizer(kafka.access.of(ADMIN)).make(
        [
            right("somebody", ResourceType.TOPIC, f"{prefix}directory.v1", LITERAL),
            right("matching", ResourceType.TOPIC, f"{prefix}answer.v1", LITERAL),
            right("matching", ResourceType.GROUP, f"{prefix}followup", LITERAL),
            right("platform", ResourceType.TOPIC, prefix, PREFIXED),
        ]
    )
    env = environment(kafka, prefix)
    named = acl(env, "--apply", "--json")
    removed = acl(env, "--apply", "--remove-left-over", "--json")
    after = acl(env, "--apply", "--json")

    left_over = [(one["user"], one["name"].removeprefix(prefix)) for one in named.json["left_over"]]
    assert left_over == [
        ("matching", "followup"),
        ("matching", "answer.v1"),
        ("somebody", "directory.v1"),
    ]
    assert [one["user"] for one in named.json["besides"]] == ["platform"]
    assert (named.code, named.json["removed"]) == (1, [])
    assert (removed.code, removed.json["removed"]) == (0, named.json["left_over"])
    assert (after.code, after.json["left_over"]) == (0, [])
    assert after.json["besides"] == named.json["besides"], "it may be somebody else's bread"
    assert "somebody" not in acl(env, "--apply").out


def test_who_is_kept_out_stays_out(kafka: Kafka, prefix: str) -> None:
    """A deny is named and never taken away, whosever it is: without it she would be let in."""
    kept_out = {
        right(user, ResourceType.TOPIC, f"{prefix}placement.v1", LITERAL, AclPermissionType.DENY)
        for user in ("somebody", "followup")
    }
    authorizer = authorizers.authorizer(kafka.access.of(ADMIN))
    authorizer.make(kept_out)
    done = acl(environment(kafka, prefix), "--apply", "--remove-left-over", "--json")

    assert (done.code, done.json["removed"], done.json["left_over"]) == (0, [], [])
    assert [(one["user"], one["permission"]) for one in done.json["besides"]] == [
        ("followup", "deny"),
        ("somebody", "deny"),
    ]
    assert kept_out <= authorizer.there()


@pytest.mark.parametrize("user", users())
def test_only_the_administrator_may(user: str, kafka: Kafka, prefix: str) -> None:
    """To all others Kafka shows an empty list, and doesn't say that they may not see it."""
    refused = acl(environment(kafka, prefix, user), "--apply")

    assert refused.code == 2
    assert refused.err == (
        f"Kafka at {kafka.servers} refuses this: only its administrator may; "
        "set JOBBPAKTEN_KAFKA_USER to who may change its list.\n"
    )


def test_a_wrong_password_is_said_at_once(kafka: Kafka, prefix: str) -> None:
    guessed = {"JOBBPAKTEN_KAFKA_PASSWORD": "guessed-by-somebody"}
    refused = acl(environment(kafka, prefix) | guessed, "--apply")

    assert refused.code == 3
    assert "JOBBPAKTEN_KAFKA_USER or JOBBPAKTEN_KAFKA_PASSWORD" in refused.err
    assert "guessed" not in refused.err
    assert refused.err.count("\n") == 1


def test_another_authority_is_said_at_once(kafka: Kafka, prefix: str) -> None:
    refused = acl(environment(kafka, prefix) | {"JOBBPAKTEN_KAFKA_CA_FILE": ""}, "--apply")

    assert refused.code == 3
    assert "JOBBPAKTEN_KAFKA_CA_FILE" in refused.err


def test_what_makes_no_sense_together_is_wrong_use() -> None:
    for words in (
        ("--remove-left-over",),
        ("--apply", "--strimzi", "x"),
        ("--strimzi", "x", "--json"),
    ):
        assert acl({}, *words).code == 2
    assert "No Kafka is named" in acl({}, "--apply").err
