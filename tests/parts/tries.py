"""What somebody tries at a broker, by a client as ours are: done, or refused by name."""

from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from shared.messaging.kafka import TOPICS, admin

SOON_MS = 5_000
Reached = Mapping[str, Any]


async def written(by: Reached, prefix: str) -> set[str]:
    """Write on each topic, and give those that take it."""
    found = set()
    async with AIOKafkaProducer(**by) as producer:
        for topic in TOPICS:
            try:
                await producer.send_and_wait(prefix + topic, b"tried", key=b"tried", partition=0)
            except TopicAuthorizationFailedError:
                continue
            found.add(topic)
    return found


async def read(by: Reached, prefix: str) -> set[str]:
    """Read from each topic, on which something lies, and give those that give it."""
    found = set()
    for topic in TOPICS:
        consumer = AIOKafkaConsumer(prefix + topic, **by, auto_offset_reset="earliest")
        try:
            await consumer.start()
            assert await consumer.getmany(timeout_ms=SOON_MS), f"neither read nor refused: {topic}"
        except TopicAuthorizationFailedError:
            continue
        finally:
            await consumer.stop()
        found.add(topic)
    return found


async def joins(by: Reached, topic: str, group: str) -> bool:
    consumer = AIOKafkaConsumer(topic, **by, group_id=group)
    try:
        await consumer.start()
    except GroupAuthorizationFailedError:
        return False
    finally:
        await consumer.stop()
    return True


async def begins(by: Reached, transactional_id: str) -> bool:
    producer = AIOKafkaProducer(**by, transactional_id=transactional_id)
    try:
        await producer.start()
    except TransactionalIdAuthorizationFailed:
        return False
    finally:
        await producer.stop()
    return True


async def configured(by: Reached, prefix: str) -> set[str]:
    """Set each topic's configuration to what it is; give those that let us."""
    asked = [
        ConfigResource(ConfigResourceType.TOPIC, prefix + name, configs=topic.configs(1))
        for name, topic in TOPICS.items()
    ]
    async with admin(**by) as client:
        answers = await client.alter_configs(asked)
    several = [one for answer in answers for one in answer.resources]
    return {name.removeprefix(prefix) for code, _, __, name in several if code == 0}


async def deleted(by: Reached, prefix: str) -> set[str]:
    """Delete each topic; give those that are gone."""
    async with admin(**by) as client:
        answer = await client.delete_topics([prefix + name for name in TOPICS])
    return {name.removeprefix(prefix) for name, code in answer.topic_error_codes if code == 0}
