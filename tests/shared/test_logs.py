"""Logs: only listed keys, no identity number in any form, no library that floods."""

import json
import logging
from typing import Any

import pytest
import structlog
from tests.support.chance import without_chance

from shared import logs
from shared.people.identity_numbers import MASK


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
    assert "850709" not in without_chance(line)
    assert line["error"].startswith("ValueError")


@pytest.mark.parametrize(
    "written",
    ["850709-9805", "８５０７０９-9805", "1985-07-09 9805", "850709\n9805", "850709\u200b9805"],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_number_is_masked_in_values_and_in_the_names_of_what_is_dropped(
    capsys: pytest.CaptureFixture[str], written: str, *, as_json: bool
) -> None:
    logs.configure("membership", "info")
    value = json.dumps({"about": written}) if as_json else written
    structlog.get_logger().info(f"said {value}", reason=value, **{written: "hers"})

    (line,) = said(capsys)
    assert line["event"].count(MASK) == line["reason"].count(MASK) == 1
    assert line["dropped"] == [MASK]
    assert "9805" not in without_chance(line)
