"""Records as a relay would have sent them, and as it never would."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

from shared.events import TYPE_PREFIX, Event
from shared.events.membership import CommitmentMade
from shared.inbox.records import Record

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


def record(event: Event, version: int, offset: int = 0, **headers: Any) -> Record:
    """Give the record of an event; a header set to None is left out, bytes go as they are."""
    told: dict[str, Any] = {
        "ce_id": str(uuid5(SPACE, f"{event.key}/{version}")),
        "ce_type": TYPE_PREFIX + event.kind,
        "ce_subject": event.key,
        "ce_time": "2026-03-01T10:00:00+00:00",
        "ce_occurredat": "2026-03-01",
        "ce_aggregateversion": str(version),
        "ce_correlationid": str(uuid4()),
        "ce_network": "jobbpakten",
    } | {f"ce_{name}": value for name, value in headers.items()}
    wire = tuple(
        (name, value if isinstance(value, bytes) else value.encode())
        for name, value in told.items()
        if value is not None
    )
    payload = event.model_dump_json().encode()
    return Record(event.topic, 0, offset, event.key.encode(), wire, payload)


def with_body(one: Record, payload: bytes | None) -> Record:
    return replace(one, payload=payload)
