"""Why Kafka isn't reached is found out without harm to who asks, and forgotten when it is over."""

import pytest
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError
from structlog.testing import capture_logs
from tests.shared.support.notes import Local
from tests.support.callers import settings

from shared.edges import kafka_refusals
from shared.edges.kafka_causes import cause
from shared.edges.kafka_refusals import Refusals
from shared.messaging.consumers import CarefulConsumer

URL = "postgresql+asyncpg://me@db/x"


@pytest.mark.parametrize("servers", ["kafka..example:9092", f"{'a' * 64}.example:9092", "kafka:x"])
async def test_servers_that_no_address_is_made_of_are_named(servers: str) -> None:
    said = await cause(settings(Local, URL, kafka_servers=servers), KafkaConnectionError())

    assert said.startswith(f"Kafka at {servers} can't be reached (")
    assert said.endswith("correct MEMBERSHIP_KAFKA_SERVERS.")


async def test_what_is_over_is_said_no_longer_and_kafka_not_asked_at_each_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, answers = list[str](), ["Kafka says no.", "", "Kafka says no."]

    async def found(*_: object) -> str:
        asked.append(answers[len(asked)])
        return asked[-1]

    monkeypatch.setattr(kafka_refusals, "cause", found)
    refusals = Refusals(settings(Local, URL))
    with capture_logs() as logs:
        assert [await refusals.note("relay", KafkaConnectionError()) for _ in range(3)] == [
            True
        ] * 3
        assert refusals.sentences() == ["Kafka says no."]
        assert len(asked) == 1
        monkeypatch.setattr(kafka_refusals, "ASK_SECONDS", 0)
        assert not await refusals.note("relay", KafkaConnectionError())
        assert refusals.sentences() == []
        monkeypatch.setattr(kafka_refusals, "ASK_SECONDS", 10)
        assert [await refusals.note("relay", KafkaConnectionError()) for _ in range(3)] == [
            False
        ] * 3
        assert len(asked) == 2
        monkeypatch.setattr(kafka_refusals, "ASK_SECONDS", 0)
        assert await refusals.note("relay", KafkaConnectionError())
    assert len(logs) == 2, "it came again"


async def test_what_isn_t_allowed_is_kept_also_while_a_rewind_is_owed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refused(_: object) -> None:
        raise GroupAuthorizationFailedError("membership")

    consumer = CarefulConsumer(bootstrap_servers="127.0.0.1:1", group_id="membership")
    consumer.owed = True
    monkeypatch.setattr(CarefulConsumer, "rewind", refused)
    with pytest.raises(GroupAuthorizationFailedError):
        await consumer.getmany()
    assert isinstance(consumer.refused, GroupAuthorizationFailedError)
    await consumer.stop()
