"""A relay's round has an end, also where Kafka never says that it took it."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Any

import pytest
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.protocol.transaction import EndTxnRequest
from prometheus_client import REGISTRY
from tests.shared.support.outbox_harness import Teller, ended, header, topic_of
from tests.support.eventually import eventually

from shared.messaging import relay
from shared.messaging.relay import Relay, producer_of
from shared.settings import ServiceSettings


def swallowing(settings: ServiceSettings) -> AIOKafkaProducer:
    """Make a producer whose word that the round is over reaches nobody, and no answer comes."""
    producer = producer_of(settings)
    send = producer.client.send

    async def sent(node: int, request: Any, **how: Any) -> Any:
        if isinstance(request, EndTxnRequest):
            await asyncio.Event().wait()
        return await send(node, request, **how)

    producer.client.send = sent
    return producer


def unreachable(settings: ServiceSettings) -> AIOKafkaProducer:
    """Make a producer that no coordinator answers."""
    producer = producer_of(settings)

    async def looked_up(*_: object) -> int:
        await asyncio.Event().wait()
        raise NotImplementedError

    producer.client.coordinator_lookup = looked_up
    return producer


def leads() -> float | None:
    return REGISTRY.get_sample_value("relay_leads", {"service": "membership"})


@pytest.mark.parametrize("first", [swallowing, unreachable])
async def test_a_round_that_never_ends_is_given_up_and_told_anew(
    teller: Teller, monkeypatch: pytest.MonkeyPatch, first: Callable[..., AIOKafkaProducer]
) -> None:
    monkeypatch.setattr(relay, "ROUND_SECONDS", 1)
    made: Iterator[Callable[..., AIOKafkaProducer]] = chain([first], repeat(producer_of))

    def next_one(about: ServiceSettings) -> AIOKafkaProducer:
        return next(made)(about)

    with structlog.testing.capture_logs() as logs:
        one = Relay(teller.settings, teller.database, next_one)
        relaying = asyncio.create_task(one.run())
        await teller.tells(1, 3)
        await eventually(teller.is_empty)
        assert leads() == 1
        await ended(relaying)

    numbers = [int(header(r, "ce_aggregateversion")) for r in await topic_of(teller, 3)]
    assert numbers == [1, 2, 3]
    interrupted = [line for line in logs if line["event"] == "relay_interrupted"]
    assert interrupted[0]["at"] == teller.settings.kafka_servers
    assert interrupted[0]["error"].startswith("KafkaTimeoutError")


class Said(list[float]):
    """What a figure was set to, one after the other."""

    set = list.append


async def test_a_standby_takes_over_from_a_leader_whose_rounds_never_end(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "ROUND_SECONDS", 1)
    said: Any = Said()
    hangs = Relay(teller.settings, teller.database, swallowing)
    hangs.leads = said
    relaying = asyncio.create_task(hangs.run())
    await teller.tells(1, 3)

    def it_leads() -> None:
        assert said[-1:] == [1]

    await eventually(it_leads)
    standby = asyncio.create_task(Relay(teller.settings, teller.database).run())
    await eventually(teller.is_empty)
    assert said[:2] == [1, 0]
    await ended(relaying)
    await ended(standby)
    numbers = [int(header(r, "ce_aggregateversion")) for r in await topic_of(teller, 3)]
    assert numbers == [1, 2, 3]
