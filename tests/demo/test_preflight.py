"""Given parts may hold somebody's work: then the demo refuses and says what is there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import make_url

from jobbpakten_local.demo import preflight
from jobbpakten_local.parts import Unavailable, finished
from jobbpakten_local.parts.kafka import Kafka
from jobbpakten_local.parts.kafka_access import declare
from jobbpakten_local.parts.postgres import Postgres


@pytest.fixture
def given(postgres: Postgres) -> Postgres:
    """Give the same server as somebody else's."""
    return replace(postgres, server=None)


@pytest.fixture
def cluster(kafka: Kafka) -> Kafka:
    return replace(kafka, broker=None)


@pytest.fixture
def name(given: Postgres) -> Iterator[str]:
    made = f"demo-{uuid4().hex[:8]}"
    yield made
    given.drop_database(made)


def test_what_isnt_there_or_is_empty_is_taken(given: Postgres, cluster: Kafka, name: str) -> None:
    preflight.check(given, cluster, name, [name])

    given.create_database(name)
    finished(declare(cluster.access, f"{name}."))

    preflight.check(given, cluster, name, [name])
    assert preflight.database(given, name) == given.url(name)


def test_a_database_with_tables_is_refused(
    given: Postgres, cluster: Kafka, database: Callable[[str], str]
) -> None:
    used = make_url(database("shared")).database or ""

    with pytest.raises(Unavailable, match=rf"holds tables in {used}: drop them .* POSTGRES_URL"):
        preflight.check(given, cluster, used, [used])


async def test_a_topic_with_records_is_refused(given: Postgres, cluster: Kafka, name: str) -> None:
    await declare(cluster.access, f"{name}.")
    async with AIOKafkaProducer(**cluster.access.reached_by("followup")) as producer:
        await producer.send_and_wait(f"{name}.followup.v1", b"somebody's")

    with pytest.raises(Unavailable, match=rf"holds records on {name}.followup.v1: delete them"):
        preflight.check(given, cluster, name, [name])


def test_embedded_parts_are_ours_and_not_asked(postgres: Postgres, kafka: Kafka) -> None:
    preflight.check(postgres, kafka, "", ["postgres"])
