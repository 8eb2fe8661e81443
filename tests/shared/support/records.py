"""Records as a relay would have sent them, and as it never would."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

from jobbpakten_events import TYPE_PREFIX, Envelope, Event
from jobbpakten_events.membership import CommitmentMade
from shared.messaging.inbox.records import Record
from shared.messaging.kafka import TOPICS

SPACE = UUID(int=7)


def made(number: int = 1) -> CommitmentMade:
    """Give a promise; the same number gives the same commitment."""
    about = uuid5(SPACE, str(number))
    return CommitmentMade(
        commitment_id=about,
        agreement_id=about,
        membership_id=about,
        organisation_id=about,
        offer="internship",
        kept_by="placement",
        promised=1,
        starts_on=date(2026, 1, 1),
        ends_before=date(2027, 1, 1),
    )


def source_on(topic: str) -> str:
    """Name one of those who may tell on a topic, as it names itself."""
    return f"/municipality/0380/{min(TOPICS[topic].told_by)}"


def headers_of(event: Event, version: int, **differs: Any) -> dict[str, Any]:
    """Give an event's envelope as it travels; a header set to None is left out."""
    told: dict[str, Any] = {
        "ce_specversion": "1.0",
        "ce_source": source_on(event.topic),
        "ce_id": str(uuid5(SPACE, f"{event.key}/{version}")),
        "ce_type": TYPE_PREFIX + event.kind,
        "ce_subject": event.key,
        "ce_time": "2026-03-01T10:00:00+00:00",
        "ce_occurredat": "2026-03-01",
        "ce_aggregateversion": str(version),
        "ce_correlationid": str(uuid4()),
        "ce_network": "jobbpakten",
    } | {f"ce_{name}": value for name, value in differs.items()}
    return {name: value for name, value in told.items() if value is not None}


def envelope(event: Event, version: int = 1, **differs: Any) -> Envelope:
    """Give an event's envelope as a listener reads it."""
    return Envelope.of(headers_of(event, version, **differs))


def record(event: Event, version: int, offset: int = 0, **differs: Any) -> Record:
    """Give the record of an event; a header set to None is left out, bytes go as they are."""
    wire = tuple(
        (name, value if isinstance(value, bytes) else value.encode())
        for name, value in headers_of(event, version, **differs).items()
    )
    payload = event.model_dump_json().encode()
    return Record(event.topic, 0, offset, event.key.encode(), wire, payload)


def with_body(one: Record, payload: bytes | None) -> Record:
    return replace(one, payload=payload)
