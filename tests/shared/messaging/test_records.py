"""Broken records: parked with their reason; they block their own stream or nobody."""

from dataclasses import replace
from typing import Any

import pytest
from tests.shared.support.inbox_harness import Ear
from tests.shared.support.records import made, record, with_body

BROKEN = {
    "no id": {"id": None},
    "no subject": {"subject": None},
    "an id that is none": {"id": "seventeen"},
    "number nought": {"aggregateversion": "0"},
    "a negative number": {"aggregateversion": "-1"},
    "a number too large for any column": {"aggregateversion": str(2**70)},
    "a number in words": {"aggregateversion": "two"},
    "bytes that are no text": {"subject": b"\xff\xfe"},
    "a subject with a NUL": {"subject": "\x00"},
    "a day that never was": {"occurredat": "2026-02-30"},
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
async def test_a_record_without_usable_envelope_is_parked_and_blocks_nobody(
    ear: Ear, fault: dict[str, Any]
) -> None:
    bad = record(made(), 2, offset=9, **fault)
    if fault.get("subject") == "\x00":
        bad = replace(bad, key=b"\x00")
    await ear.inbox.process([record(made(), 1), bad, record(made(), 2, offset=10), bad])

    assert await ear.effects() == [1, 2]
    assert await ear.parked() == [(None, "envelope")]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "malformed"),
        (b"[]", "malformed"),
        (b"\xff", "malformed"),
        (b'{"promised": "many"}', "malformed"),
        (b"", "malformed"),
        (None, "null_body"),
    ],
)
async def test_a_broken_body_is_parked_and_its_stream_waits_in_order(
    ear: Ear, payload: bytes | None, reason: str
) -> None:
    bad = with_body(record(made(), 2, offset=2), payload)
    await ear.inbox.process([record(made(), 1), bad, record(made(), 3, offset=3)])

    assert await ear.effects() == [1]
    assert await ear.parked() == [(2, reason), (3, "behind")]


async def test_headers_that_nobody_needs_may_be_null_or_garbage(ear: Ear) -> None:
    one = record(made(), 1)
    await ear.inbox.process([replace(one, headers=(*one.headers, ("x", None), ("y", b"\xff")))])

    assert await ear.effects() == [1]


async def test_an_unknown_type_moves_the_number_on(ear: Ear) -> None:
    await ear.inbox.process(
        [record(made(), 1), record(made(), 2, type="se.jobbpakten.never.heard.v9")]
    )
    await ear.hears(3)

    assert await ear.effects() == [1, 3]
    assert await ear.parked() == []


async def test_a_body_about_another_subject_is_malformed(ear: Ear) -> None:
    other = with_body(record(made(1), 1), made(2).model_dump_json().encode())
    await ear.inbox.process([other])

    assert await ear.parked() == [(1, "malformed")]


async def test_plain_headers_of_the_same_names_are_not_the_envelope(ear: Ear) -> None:
    one = record(made(), 1)
    await ear.inbox.process([replace(one, headers=(*one.headers, ("id", b"x"), ("time", b"y")))])

    assert await ear.effects() == [1]
