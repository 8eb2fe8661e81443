"""Given parts may hold somebody's work: the demo takes only databases and topics that are empty."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import URL

from jobbpakten_local.parts import Unavailable, finished
from jobbpakten_local.parts.kafka import Kafka
from jobbpakten_local.parts.kafka_access import ADMIN
from jobbpakten_local.parts.postgres import Postgres
from shared.edges.postgres import place_of
from shared.messaging.kafka import admin, declared

EXISTING = "SELECT datname FROM pg_database WHERE datname = ANY($1)"
HOLDS = """SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
           WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND nspname NOT LIKE 'pg\\_%'
           AND nspname <> 'information_schema'"""


def check(server: Postgres, cluster: Kafka, prefix: str, names: Collection[str]) -> None:
    """Refuse given parts that hold something where the demo would write; ours are new."""
    if server.server is None and (used := finished(used_databases(server, names))):
        fix = "drop them if they are of an earlier demo, or unset POSTGRES_URL"
        raise Unavailable(f"PostgreSQL holds tables in {listed(used)}: {fix}")
    if cluster.broker is None and (used := finished(used_topics(cluster, f"{prefix}."))):
        fix = "delete them if they are of an earlier demo, or unset KAFKA_SERVERS"
        raise Unavailable(f"Kafka holds records on {listed(used)}: {fix}")


def listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def database(server: Postgres, name: str) -> str:
    """Make the database unless it is there, and give its address; Unavailable if we may not."""
    try:
        if finished(existing(server, [name])):
            return server.url(name)
        return server.create_database(name)
    except asyncpg.PostgresError as error:
        raise Unavailable(
            f"PostgreSQL doesn't let us make the database {place_of(server.url(name))} ({error}): "
            "make it, empty, or let the user of POSTGRES_URL make databases"
        ) from error


async def existing(server: Postgres, names: Collection[str]) -> list[str]:
    return [row[0] for row in await fetched(server.address, EXISTING, list(names))]


async def used_databases(server: Postgres, names: Collection[str]) -> list[str]:
    """Give those of the databases that hold anything."""
    found = []
    for name in await existing(server, names):
        [(count,)] = await fetched(server.address.set(database=name), HOLDS)
        found += [name] if count else []
    return found


async def fetched(address: URL, query: str, *about: object) -> list[asyncpg.Record]:
    dsn = address.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(query, *about)
        return rows
    finally:
        await connection.close()


async def used_topics(cluster: Kafka, prefix: str) -> list[str]:
    """Give those of our topics that hold records."""
    reached_by = cluster.access.reached_by(ADMIN)
    async with admin(**reached_by) as client:
        there = declared(prefix).keys() & await client.list_topics()
    return sorted(await with_records(reached_by, there)) if there else []


async def with_records(reached_by: Mapping[str, Any], topics: Collection[str]) -> set[str]:
    async with AIOKafkaConsumer(*topics, **reached_by) as consumer:
        places = [
            TopicPartition(topic, number)
            for topic in topics
            for number in consumer.partitions_for_topic(topic)
        ]
        begins = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
    return {place.topic for place in places if begins[place] != ends[place]}
