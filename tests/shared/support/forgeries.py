"""Records that no service of ours tells: what is amiss with each, and the reason that it gets."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from tests.shared.support.records import source_on

from shared.messaging.inbox.records import Record
from shared.messaging.kafka import TOPICS

UNKNOWN = "se.jobbpakten.never.heard.v9"
# fmt: off
AMISS: dict[str, list[Any]] = {
    "specversion": [None, "", "0.3", "2.0", "1", "1.0\n", " 1.0"],
    "source": [None, "", "a b", "a\nb", "x" * 201],
    "type": [None, "", "never.heard.v9", "com.example.never.heard.v9", "se.jobbpakten.",
             "se.jobbpakten.a\nb", "SE.JOBBPAKTEN.never.heard.v9"],
    "id": [None, "", b"sixteen-raw-byte", "6d0e3c0e0f5b4f0c8d6f0b1e2a3c4d5e", "seventeen",
           "urn:uuid:6d0e3c0e-0f5b-4f0c-8d6f-0b1e2a3c4d5e",
           "{6d0e3c0e-0f5b-4f0c-8d6f-0b1e2a3c4d5e}",
           "6D0E3C0E-0F5B-4F0C-8D6F-0B1E2A3C4D5E", "6d0e3c0e-0f5b-4f0c-8d6f-0b1e2a3c4d5e\n"],
    "time": [None, "", "1700000000", "1700000000000", "2026-03-01", "2026-03-01T10:00:00",
             "2026-03-01 10:00:00Z", "0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00Z",
             "9999-12-31T23:59:59-01:00", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z",
             "2026-03-01T10:00:00+99:00", "2026-02-30T10:00:00Z", "2026-03-01T25:00:00Z"],
    "occurredat": [None, "", "0001-01-01", "9999-12-31", "1999-12-31", "2100-01-01", "1700000000",
                   "20454", "2026-02-30", "2026-3-1", "2026-03-01T00:00:00", "20260301",
                   " 2026-03-01", "२०२६-03-01"],
    "aggregateversion": [None, "", "0", "-1", "+1", "01", "1_0", " 1", "1.0", "1e3", "two", "१",
                         str(2**63), str(2**70)],
    "network": ["a\nb", "jobbpakten\r", "a b", "a\0b", "jobbpaktén", "x" * 41, "../x"],
    "correlationid": ["a\nb", "a\0b", "a\x1bb", "a\u2028b", "a\x85b", "x" * 201],
    "causationid": ["a\nb", "a\0b", "x" * 201],
    "actorrole": ["a\nb", "a\0b", "a\x7fb", "x" * 201],
    "actorid": ["a\nb", "a\0b", "x" * 201],
}
# fmt: on
# Odd, and all the same as the envelope says: none of them may trip anybody.
GOOD: dict[str, list[Any]] = {
    "time": ["2000-01-01T00:00:00+23:59", "2099-12-31T23:59:59.999999999-23:59"],
    "occurredat": ["2000-01-01", "2099-12-31"],
    "network": [None, "", "J-0_x"],
    "correlationid": [None, "", "ö " * 100, b"\xff\xfe", "\\u0000"],
    "actorrole": [None, "näringslivs-utvecklare"],
    "actorid": [None, "'; DROP TABLE events; --"],
    "dataschema": [None, "a\0b", b"\xff\x00"],
}
FAR = [1_000_001, 2**31, 2**62, 2**63 - 1]


@dataclass(frozen=True)
class Odd:
    """One record, named for who reads a failing test, and the reason that it is parked with."""

    name: str
    record: Record
    reason: str


def plain(topic: str, version: int = 1, key: str = "", **differs: Any) -> Record:
    """Give a record of a type that nobody knows, of a new stream; None leaves a header out."""
    key = key or str(uuid4())
    told = {"specversion": "1.0", "source": source_on(topic), "id": str(uuid4()), "type": UNKNOWN}
    told |= {"subject": key, "time": "2026-03-01T10:00:00+00:00", "occurredat": "2026-03-01"}
    told |= {"aggregateversion": str(version), "network": "jobbpakten"}
    wire = tuple(
        (f"ce_{name}", value if isinstance(value, bytes) else value.encode())
        for name, value in (told | differs).items()
        if value is not None
    )
    return Record(topic, 0, 0, key.encode(), wire, b"{}")


def strangers(topic: str) -> Iterator[tuple[str, str]]:
    """Give sources that may not tell on the topic, each with what it is."""
    mine = source_on(topic)
    place, _, teller = mine.rpartition("/")
    for service in {"membership", "matching", "notifications", "followup"} - TOPICS[topic].told_by:
        yield f"told by {service}", f"{place}/{service}"
    yield "of another municipality", f"/municipality/0180/{teller}"
    for source in (teller, f"{mine}/x", f"/{mine}", f"{place}/{teller.upper()}", "urn:us", "/"):
        yield f"source {source}", source


def odd_ones(topic: str) -> Iterator[Odd]:
    """Give everything odd that can be said on a topic, each in a stream of its own."""
    for name, values in AMISS.items():
        for value in values:
            yield Odd(f"{name}={value!r}", plain(topic, **{name: value}), "envelope")
    for what, source in strangers(topic):
        foreign = plain(topic, source=source)
        yield Odd(what, foreign, "not_its_teller")
        yield Odd(f"tombstone {what}", replace(foreign, payload=None), "not_its_teller")
        far = plain(topic, 2**62, source=source)
        yield Odd(f"far and {what}", far, "not_its_teller")
    for version in FAR:
        yield Odd(f"number {version}", plain(topic, version), "jump")
        yield Odd(f"null {version}", replace(plain(topic, version), payload=None), "jump")
    yield Odd("another key", replace(plain(topic), key=b"another"), "envelope")
    yield Odd("no key", replace(plain(topic), key=None), "envelope")
    yield Odd("no headers", replace(plain(topic), headers=()), "envelope")
    for name, values in GOOD.items():
        for value in values:
            yield Odd(f"{name}={value!r}", plain(topic, **{name: value}), "")
