"""`jobbpakten topics`: the cluster's topics against the declared ones."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from tests.cli.commands import Ended, jobbpakten
from tests.support.tls import made, serving

from jobbpakten import authorizers
from jobbpakten.acls import OPERATOR
from jobbpakten_local.parts import finished
from jobbpakten_local.parts.certificates import Authority
from jobbpakten_local.parts.kafka import Kafka
from jobbpakten_local.parts.kafka_access import ADMIN, Access
from shared.messaging.kafka import TOPICS, admin


@pytest.fixture
def env(kafka: Kafka) -> Iterator[dict[str, str]]:
    prefix = f"t{uuid4().hex}."
    authorizers.apply(kafka.access.of(ADMIN), prefix)
    yield {
        f"{name.upper()}_{setting}": value
        for name in ("membership", "followup", OPERATOR)
        for setting, value in (
            kafka.access.settings_for(name) | {"KAFKA_TOPIC_PREFIX": prefix}
        ).items()
    }
    finished(swept(kafka.access, prefix))


async def swept(access: Access, prefix: str) -> None:
    client: AIOKafkaAdminClient
    async with admin(**access.reached_by(ADMIN)) as client:
        await client.delete_topics([n for n in await client.list_topics() if n.startswith(prefix)])


def topics(env: dict[str, str], *words: object) -> Ended:
    return jobbpakten("topics", *words, env=env)


def test_topics_are_missing_then_made_then_as_declared(env: dict[str, str]) -> None:
    names = {env["MEMBERSHIP_KAFKA_TOPIC_PREFIX"] + name for name in TOPICS}
    before = topics(env, "diff", "--replication", 1, "--json")
    made = topics(env, "apply", "--replication", 1, "--json")
    after = topics(env, "diff", "--replication", 1, "--json")

    assert (before.code, before.json) == (1, {name: ["missing"] for name in names})
    assert (made.code, made.json) == (0, {"done": sorted(names), "left": {}})
    assert (after.code, after.json) == (0, {})
    assert topics(env, "diff", "--replication", 1).out == "All topics are as declared.\n"
    assert topics(env, "apply", "--replication", 1).out.startswith("Nothing to do.")


def test_what_a_later_release_declares_is_seen_and_set_on_topics_that_are_there(
    env: dict[str, str], kafka: Kafka
) -> None:
    """What a tombstone forgets is to be gone within a day, where an earlier release ran, too."""
    directory = env["MEMBERSHIP_KAFKA_TOPIC_PREFIX"] + "directory.v1"
    topics(env, "apply", "--replication", 1)
    earlier = TOPICS["directory.v1"].configs(1)
    assert earlier.pop("max.compaction.lag.ms") == "86400000"
    finished(set_to(kafka.access, directory, earlier))

    before = topics(env, "diff", "--replication", 1, "--json")
    made = topics(env, "apply", "--replication", 1, "--json")

    assert before.json == {directory: [f"max.compaction.lag.ms={2**63 - 1} instead of 86400000"]}
    assert (made.code, made.json) == (0, {"done": [directory], "left": {}})
    assert topics(env, "diff", "--replication", 1).code == 0


async def set_to(access: Access, topic: str, configs: dict[str, str]) -> None:
    """Give a topic these settings and Kafka's own for all others."""
    client: AIOKafkaAdminClient
    async with admin(**access.reached_by(ADMIN)) as client:
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs=configs)
        await client.alter_configs([resource])


def test_fewer_partitions_may_be_asked_for(env: dict[str, str]) -> None:
    made = topics(env, "apply", "--replication", 1, "--partitions", 1)

    assert made.code == 0
    found = topics(env, "diff", "--replication", 1)
    assert found.code == 1
    assert "1 partitions instead of 6" in found.out


def test_what_only_a_person_can_change_ends_with_1(env: dict[str, str]) -> None:
    """One broker can't keep three copies."""
    made = topics(env, "apply", "--json")

    assert made.code == 1
    assert list(made.json["left"].values()) == [["missing"]] * len(TOPICS)


def test_apply_says_how_far_it_is(env: dict[str, str]) -> None:
    """Beside what programs read."""
    said = topics(env, "apply", "--replication", "1", "--json").err.splitlines()

    assert len(said) == len(TOPICS)
    assert said[0].startswith("making ")
    assert said[-1].endswith(f", {len(TOPICS)} of {len(TOPICS)}")


def test_kafka_away_is_said_in_one_sentence() -> None:
    found = topics({"FOLLOWUP_KAFKA_SERVERS": "127.0.0.1:1"}, "diff")

    assert found.code == 3
    assert found.err == (
        "Kafka at 127.0.0.1:1 isn't there (connection refused): "
        "start it, or correct FOLLOWUP_KAFKA_SERVERS.\n"
    )


def test_no_kafka_named_is_wrong_use() -> None:
    found = topics({}, "diff")

    assert found.code == 2
    assert "set FOLLOWUP_KAFKA_SERVERS or MATCHING_KAFKA_SERVERS or MEMBERSHIP_" in found.err


def test_two_kafkas_are_one_too_many() -> None:
    env = {"FOLLOWUP_KAFKA_SERVERS": "a:1", "MEMBERSHIP_KAFKA_SERVERS": "b:1"}

    assert topics(env, "diff").code == 2


def test_the_operator_s_own_way_to_kafka_is_taken_before_the_services(
    env: dict[str, str],
) -> None:
    servers = env["FOLLOWUP_KAFKA_SERVERS"]
    away = {name: "127.0.0.1:1" for name in env if name.endswith("SERVERS")}

    found = topics(env | away | {"JOBBPAKTEN_KAFKA_SERVERS": servers}, "diff", "--json")

    assert found.code == 1
    assert {*found.json} == {env["FOLLOWUP_KAFKA_TOPIC_PREFIX"] + name for name in TOPICS}


async def test_a_kafka_that_we_dont_trust_is_said_with_its_cure(tmp_path: Path) -> None:
    ca = Authority("another").write(tmp_path)
    user = {"SECURITY": "SASL_SSL", "USER": "ada", "PASSWORD": "drawn by chance", "CA_FILE": ca}
    async with serving(made(tmp_path, Authority())) as port:
        env = {f"JOBBPAKTEN_KAFKA_{name}": str(value) for name, value in user.items()}
        env["JOBBPAKTEN_KAFKA_SERVERS"] = f"127.0.0.1:{port}"
        found = await asyncio.to_thread(topics, env, "diff")

    assert (found.code, found.out) == (3, "")
    assert found.err == (
        f"Kafka at 127.0.0.1:{port} has a certificate of an authority that we don't know: "
        "put that one's into JOBBPAKTEN_KAFKA_CA_FILE.\n"
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"SECURITY": "SSL", "CA_FILE": "/nowhere/ca"}, "No TLS to Kafka: /nowhere/ca holds no"),
        ({"SECURITY": "SASL_SSL"}, "SASL_SSL: set JOBBPAKTEN_KAFKA_USER and JOBBPAKTEN_KAFKA_PA"),
    ],
)
def test_half_a_way_to_kafka_is_wrong_use(said: dict[str, str], told: str) -> None:
    env = {f"JOBBPAKTEN_KAFKA_{name}": value for name, value in said.items()}

    found = topics(env | {"JOBBPAKTEN_KAFKA_SERVERS": "127.0.0.1:1"}, "diff")

    assert found.code == 2
    assert told in found.err
