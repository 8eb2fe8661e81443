"""Events leave through the outbox: stored with the change that they report, in their order."""

import json
from collections.abc import Iterable
from datetime import date

from pydantic import ValidationError
from sqlalchemy import text
from uuid_utils.compat import uuid7

from shared import clock
from shared.causes import current
from shared.database import Tx
from shared.events import TYPE_PREFIX, Envelope, Event
from shared.kafka import LARGEST_EVENT_BYTES, TOPICS
from shared.logs import holds_identity_number

# The row in `streams` is the lock: whoever tells about the same aggregate waits for it.
TELL = text("""
    WITH told AS (INSERT INTO streams VALUES (:topic, :key, 1)
                  ON CONFLICT (topic, key) DO UPDATE SET version = streams.version + 1
                  RETURNING version)
    INSERT INTO outbox (topic, key, version, headers, payload)
    SELECT :topic, :key, version, CAST(:headers AS jsonb), :payload FROM told""")


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
        "ce_source": tx.info["source"],
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
    refuse_untellable(tx.info["service"], topic, headers, payload or b"")
    stored = {"topic": topic, "key": key, "headers": json.dumps(headers), "payload": payload}
    await (await tx.connection()).execute(TELL, stored)
    tx.info["told"] = True


def refuse_untellable(service: str, topic: str, headers: dict[str, str], payload: bytes) -> None:
    """Refuse, while somebody can still act, what would stop the relay or harm a person."""
    kind = headers["ce_type"]
    if topic not in TOPICS or service not in TOPICS[topic].told_by:
        raise Untellable(f"{kind}: no table says that {service} tells on {topic}")
    if len(payload) > LARGEST_EVENT_BYTES:
        raise Untellable(f"{kind} has {len(payload)} bytes, more than {LARGEST_EVENT_BYTES}")
    if holds_identity_number(f"{headers} {payload.decode()}"):
        raise Untellable(f"{kind} holds what looks like an identity number")
    try:
        Envelope.of(headers | {"ce_aggregateversion": "1"})
    except ValidationError as error:
        fields = ", ".join(str(fault["loc"][0]) for fault in error.errors())
        raise Untellable(f"{kind} has an envelope that no reader takes: {fields}") from None
