"""Events leave through the outbox: stored with the change that they report, in their order."""

import json
from collections.abc import Iterable
from datetime import date

from sqlalchemy import text
from uuid_utils.compat import uuid7

from jobbpakten_events import TYPE_PREFIX, Event
from shared.database import Tx
from shared.messaging.causation import current
from shared.messaging.inbox.records import Record, read
from shared.messaging.kafka import TOPICS
from shared.people.identity_numbers import holds_identity_number
from shared.settings import ServiceSettings
from shared.time import clock

# The row in `streams` is the lock: whoever tells about the same aggregate waits for it.
TELL = text("""
    WITH told AS (INSERT INTO streams
            (topic, key, version, tombstone, last_id, last_id_version)
        VALUES (:topic, :key, 1, CAST(:payload AS bytea) IS NULL, CAST(:id AS uuid), 1)
        ON CONFLICT (topic, key) DO UPDATE SET version = streams.version + 1,
            last_told_at = excluded.last_told_at, tombstone = excluded.tombstone,
            last_id = excluded.last_id, last_id_version = streams.version + 1 RETURNING version)
    INSERT INTO outbox (topic, key, version, headers, payload)
    SELECT :topic, :key, version, CAST(:headers AS jsonb) || coalesce(
        (SELECT jsonb_build_object('ce_epoch', epoch) FROM epochs WHERE epoch <> ''
         ORDER BY number DESC LIMIT 1), '{}'), :payload FROM told""")


class Untellable(ValueError):
    """Kafka or its readers must never get this event; the caller's transaction ends."""


async def tell(tx: Tx, event: Event, on: date | None = None) -> None:
    """Send the event if, and only if, the transaction commits; in its aggregate's order.

    `on` is the act's own day; by default the cause's, else today. Untellable is raised for what
    Kafka or its readers must never get.
    """
    kind = type(event)
    about = {"ce_type": TYPE_PREFIX + kind.kind, "ce_dataclassification": kind.data_class().value}
    await _store(tx, kind.topic, event.key, about, event.model_dump_json().encode(), on)


async def tell_all(tx: Tx, events: Iterable[Event], on: date | None = None) -> None:
    """Tell several, sorted by stream: two commands never wait for each other in a circle."""
    for event in sorted(events, key=lambda event: (event.topic, event.key)):
        await tell(tx, event, on)


async def forget(tx: Tx, topic: str, key: str) -> None:
    """Tell a tombstone: on a compacted topic nobody shall remember this aggregate."""
    if not TOPICS[topic].compacted:
        raise Untellable(f"{topic} isn't compacted: it knows no tombstones")
    await _store(tx, topic, key, {"ce_type": f"{TYPE_PREFIX}tombstone"}, None, None)


async def _store(
    tx: Tx, topic: str, key: str, about: dict[str, str], payload: bytes | None, on: date | None
) -> None:
    cause = current.get()
    headers = about | {
        "ce_specversion": "1.0",
        "ce_id": str(uuid7()),
        "ce_source": tx.source,
        "ce_subject": key,
        "ce_time": clock.now().isoformat(),
        "ce_dataschema": f"urn:jobbpakten:{about['ce_type']}",
        "ce_occurredat": (on or cause.occurred_on or await clock.today(tx)).isoformat(),
        "ce_correlationid": cause.correlation_id,
        "ce_causationid": cause.causation_id,
        "ce_actorrole": cause.actor_role,
        "ce_actorid": cause.actor_id,
        "ce_network": cause.network,
        "content-type": "application/json",
    }
    refuse_untellable(tx.settings, topic, headers, payload)
    stored = {"topic": topic, "key": key, "headers": json.dumps(headers), "payload": payload}
    stored |= {"id": headers["ce_id"]}
    await (await tx.connection()).execute(TELL, stored)
    tx.has_told()


def refuse_untellable(
    teller: ServiceSettings, topic: str, headers: dict[str, str], payload: bytes | None
) -> None:
    """Refuse, while somebody can still act, what no listener would take or would harm a person."""
    kind, key = headers["ce_type"], headers["ce_subject"].encode()
    if topic not in TOPICS or teller.service not in TOPICS[topic].told_by:
        raise Untellable(f"{kind}: no table says that {teller.service} tells on {topic}")
    if holds_identity_number('"'.join([*headers.values(), (payload or b"").decode()])):
        raise Untellable(f"{kind} holds what looks like an identity number")
    wire = tuple((n, t.encode()) for n, t in (headers | {"ce_aggregateversion": "1"}).items())
    judged = read(Record(topic, 0, 0, key, wire, payload), teller.municipality)
    if judged.reason:
        raise Untellable(f"{kind} would be parked by all: {judged.reason}, {judged.detail}")
