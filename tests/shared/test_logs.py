"""Logs: only listed keys, no identity number in any written form, no library that floods."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from shared import logs
from shared.logs import MASK, is_identity_number, mask

FORMS = [
    "{y}{n6}-{n4}",
    "{y}{n6}{n4}",
    "{n6}-{n4}",
    "{n6}+{n4}",
    "{n6}{n4}",
    "{n6} {n4}",
    "{y}{n6} {n4}",
    "{n6}\u2013{n4}",
    "{n6}\u2212{n4}",
    "{n6}\u00a0{n4}",
    "SE{n6}{n4}01",
    "pnr={n6}-{n4};",
    "_{n6}{n4}_",
    '"{y}{n6}-{n4}"',
]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("date", ["850709", "121212", "850769", "000229"])
def test_every_written_form_is_masked(form: str, date: str) -> None:
    last = "980"
    number = last + luhn.calc_check_digit(date + last)
    written = form.format(y="19" if date != "000229" else "20", n6=date, n4=number)

    assert mask(f"about {written} here") != f"about {written} here"
    assert number not in mask(written)


@pytest.mark.parametrize(
    "innocent",
    [
        "850709-9800",  # another checksum
        "851309-9801",  # no such month
        "12345678-1234-4321-8507-098507099805",  # a UUID
        "2026-03-01T10:00:00",
        "position 18446744073709551615",
        "556036-0793",  # a company: its third digit says that it's no date
    ],
)
def test_what_is_no_identity_number_stays(innocent: str) -> None:
    assert mask(innocent) == innocent


@given(st.integers(0, 9999999999))
def test_ten_digits_are_masked_just_when_date_and_checksum_say_so(number: int) -> None:
    digits = f"{number:010}"

    assert (MASK in mask(digits)) == is_identity_number(digits)


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_key_that_isnt_listed_is_dropped_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("membership", "info")
    structlog.get_logger().info("member_added", name="Åsa Öberg", topic="membership.v1")

    (line,) = said(capsys)
    assert line["topic"] == "membership.v1"
    assert line["dropped"] == ["name"]
    assert "name" not in line


def test_an_exception_is_told_by_kind_and_place_without_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("membership", "info")
    try:
        int("Åsa Öberg, 850709-9805")
    except ValueError:
        structlog.get_logger().exception("import_failed")

    (line,) = said(capsys)
    assert line["error"].startswith("ValueError at test_logs.py:")
    assert "Åsa" not in json.dumps(line, ensure_ascii=False)


def test_a_library_says_a_thing_once_in_thirty_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("membership", "info")
    for node in range(100):
        logging.getLogger("aiokafka").error("Unable to connect to node %s", node)
    logging.getLogger("aiokafka").error("Topic %s is not available", "membership.v1")

    assert [line["event"] for line in said(capsys)] == [
        "Unable to connect to node 0",
        "Topic membership.v1 is not available",
    ]


def test_a_librarys_exception_loses_its_text_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("membership", "info")
    try:
        int("850709-9805")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    (line,) = said(capsys)
    assert "850709" not in json.dumps(line)
    assert line["error"].startswith("ValueError")
