"""Records as they come, read without trusting them."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRecord
from pydantic import ConfigDict, ValidationError

from jobbpakten_events import Envelope, Event
from shared.messaging.kafka import LARGEST_EVENT_BYTES, TOPICS, sources

Headers = tuple[tuple[str, bytes | None], ...]


class WireEnvelope(Envelope):
    """An envelope read from the headers by their names on the wire, without another dictionary."""

    model_config = ConfigDict(alias_generator="ce_{}".format)


# Thousands a second are made of these, and a frozen one costs twice as much to make.
@dataclass(slots=True)
class Record:
    """What lay on the topic (or was parked: then `parked` is the row's id)."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: Headers
    payload: bytes | None
    parked: int | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record of no stream, which blocks nobody: its envelope is amiss, or not its teller's."""

    record: Record
    reason: str
    detail: str = ""


@dataclass(slots=True)
class Heard:
    """A record with its envelope. One with a `reason` can't be handled and is parked."""

    record: Record
    headers: Mapping[str, bytes]  # all that aren't null
    envelope: Envelope
    event: Event | None = None
    reason: str = ""
    detail: str = ""

    @property
    def topic(self) -> str:
        return self.record.topic

    @property
    def key(self) -> str:
        return self.envelope.subject

    @property
    def version(self) -> int:
        return self.envelope.aggregateversion

    @property
    def stream(self) -> tuple[str, str]:
        return self.topic, self.key

    @property
    def payload(self) -> bytes | None:
        return self.record.payload


One = Heard | Unreadable


def taken(record: "ConsumerRecord[bytes, bytes]", prefix: str) -> Record:
    """Take a record from the wire; inside, topics have no prefix."""
    topic = record.topic.removeprefix(prefix)
    return Record(
        topic, record.partition, record.offset, record.key, (*record.headers,), record.value
    )


def read(record: Record, municipality: str) -> One:
    """Judge a record by itself: its envelope, who told it, and the event where we know its type.

    All listeners judge by this, and so does who tells: nothing is told that nobody would hear.
    """
    headers = {name: value for name, value in record.headers if value is not None}
    try:
        envelope = read_envelope(headers)
    except ValidationError as error:
        return Unreadable(record, "envelope", faults(error))
    if record.key is None or record.key != envelope.subject.encode():
        return Unreadable(record, "envelope", "the key isn't the subject")
    if envelope.source not in sources(record.topic, municipality):
        return Unreadable(record, "not_its_teller")
    if record.payload is None:
        compacted = TOPICS[record.topic].compacted
        return Heard(record, headers, envelope, reason="" if compacted else "null_body")
    event, reason, detail = read_body(record.topic, envelope, record.payload)
    return Heard(record, headers, envelope, event, reason, detail)


def read_envelope(headers: Mapping[str, bytes]) -> Envelope:
    """Read the envelope; a header that is no UTF-8 spoils nothing but itself."""
    try:
        return WireEnvelope.model_validate(headers)
    except ValidationError:
        return WireEnvelope.model_validate(legible(headers))


def legible(headers: Mapping[str, bytes]) -> dict[str, str]:
    return {name: value.decode("utf-8", "replace") for name, value in headers.items()}


def read_body(topic: str, envelope: Envelope, payload: bytes) -> tuple[Event | None, str, str]:
    """Read the event; there is none of a type that we don't know on this topic."""
    if len(payload) > LARGEST_EVENT_BYTES:
        return None, "too_large", f"{len(payload)} bytes"
    kind = envelope.kind
    if kind is None or kind.topic != topic:
        return None, "", ""
    try:
        event = kind.model_validate_json(payload)
    except ValidationError as error:
        return None, "malformed", faults(error)
    if event.key != envelope.subject:
        return None, "malformed", "it is about another subject"
    return event, "", ""


def faults(error: ValidationError) -> str:
    """Say which fields are amiss and how, without what stood in them."""
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['type']}" for e in error.errors()
    )


def dump_headers(headers: Headers) -> bytes:
    """Store headers whatever bytes they hold."""
    return json.dumps(
        [(n, None if v is None else b64encode(v).decode()) for n, v in headers]
    ).encode()


def load_headers(stored: bytes) -> Headers:
    """Give stored headers back as they were."""
    pairs: Iterable[tuple[str, Any]] = json.loads(stored)
    return tuple((name, None if text is None else b64decode(text)) for name, text in pairs)
