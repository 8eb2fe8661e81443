"""Kafka's topics: how the cluster's differ from the declared ones, and making them alike."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from shared.edges.kafka_causes import NOT_ALLOWED
from shared.messaging.kafka import FORMER, Topic, admin, declared

SETTLE_SECONDS = 5
LEFT_OVER = "left over: no service uses it, delete it when no replica of an earlier release runs"


async def differences(
    reached_by: Mapping[str, Any], prefix: str, replication: int
) -> dict[str, list[str]]:
    """Say for each declared topic how the cluster's differs, and which are left over.

    The cluster is reached by the arguments of `shared.edges.kafka`.
    """
    async with admin(**reached_by) as client:
        there = set(await client.list_topics())
        found = {name: ["missing"] for name in declared(prefix) if name not in there}
        present = [name for name in declared(prefix) if name in there]
        for described in await client.describe_topics(present) if present else []:
            name, topic = described["topic"], declared(prefix)[described["topic"]]
            configs = await described_configs(client, name)
            faults = list(topic_faults(topic, described["partitions"], configs, replication))
            found |= {name: faults} if faults else {}
        return found | {prefix + name: [LEFT_OVER] for name in FORMER if prefix + name in there}


async def described_configs(client: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic)
    (answer,) = await client.describe_configs([resource])
    raise_for(answer.resources[0][0], topic)
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}


def topic_faults(
    topic: Topic, partitions: list[dict[str, Any]], configs: dict[str, str], replication: int
) -> Iterator[str]:
    if len(partitions) != topic.partitions:
        yield f"{len(partitions)} partitions instead of {topic.partitions}"
    fewest = min(len(partition["replicas"]) for partition in partitions)
    if fewest < replication:
        yield f"replication {fewest} instead of {replication}"
    for name, value in topic.configs(replication).items():
        if configs.get(name) != value:
            yield f"{name}={configs.get(name)} instead of {value}"


async def apply(
    reached_by: Mapping[str, Any],
    prefix: str,
    replication: int,
    partitions: int | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Make the declared topics that are missing, set the others' configs; give what was done.

    Partitions of a topic in use are never changed: keys would move and order would be lost.
    """
    found = await differences(reached_by, prefix, replication)
    wrong = {name: faults for name, faults in found.items() if faults != [LEFT_OVER]}
    done = []
    async with admin(**reached_by) as client:
        for number, (name, faults) in enumerate(wrong.items(), 1):
            act, doing = (make, "making") if faults == ["missing"] else (configure, "setting")
            say(f"{doing} {name}, {number} of {len(wrong)}")
            if await act(client, name, declared(prefix)[name], replication, partitions):
                done.append(name)
        await until_seen(client, done)
    return sorted(done)


async def make(
    client: AIOKafkaAdminClient, name: str, topic: Topic, replication: int, partitions: int | None
) -> bool:
    configs = topic.configs(replication)
    new = NewTopic(name, partitions or topic.partitions, replication, topic_configs=configs)
    answer = await client.create_topics([new])
    for error in answer.topic_errors:
        raise_for(error[1], name)
    return not any(error[1] for error in answer.topic_errors)


async def configure(
    client: AIOKafkaAdminClient, name: str, topic: Topic, replication: int, _: int | None
) -> bool:
    configs = topic.configs(replication)
    answers = await client.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, configs=configs)]
    )
    codes = [found[0] for answer in answers for found in answer.resources]
    for code in codes:
        raise_for(code, name)
    return not any(codes)


def raise_for(code: int, topic: str) -> None:
    """Raise what we aren't allowed: aiokafka's administration gives codes and no exception."""
    if issubclass(kind := for_code(code), NOT_ALLOWED):
        raise kind(topic)


async def until_seen(client: AIOKafkaAdminClient, topics: list[str]) -> None:
    """Wait until new topics have got around: brokers hear of them after the controller."""
    patience = time.monotonic() + SETTLE_SECONDS
    while set(topics) - set(await client.list_topics()) and time.monotonic() < patience:  # noqa: ASYNC110 - the brokers tell nobody
        await asyncio.sleep(0.05)
