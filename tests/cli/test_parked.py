"""`jobbpakten parked`: what waits is shown without harm, and people's decisions are kept."""

import base64
import json
from typing import Any

import pytest
from tests.cli.commands import Ended, jobbpakten
from tests.cli.ledgers import Ledgers
from tests.support.chance import without_chance

HERS = "19121212-1212"  # fits date and checksum, and is nobody's
DECIDED = ("--service", "followup", "--actor", "ops-1", "--reason", "sent by mistake")


def parked(ledgers: Ledgers, *words: object) -> Ended:
    return jobbpakten("parked", *words, env=ledgers.environment())


def test_nothing_parked_is_good(ledgers: Ledgers) -> None:
    assert parked(ledgers, "list") == Ended(0, "Nothing is parked.\n", "")
    assert parked(ledgers, "list", "--json").json == []


def test_list_shows_what_is_parked_in_all_services_and_ends_with_1(ledgers: Ledgers) -> None:
    mine = ledgers.park("membership", topic="followup.v1", key=None, version=None)
    ledgers.park("followup", detail="promised: int_parsing")
    found = parked(ledgers, "list", "--json")

    assert found.code == 1
    assert [(one["service"], one["key"], one["version"]) for one in found.json] == [
        ("followup", "k", 2),
        ("membership", None, None),
    ]
    assert parked(ledgers, "list", "--service", "membership", "--json").json[0]["id"] == mine


def test_list_keeps_the_shape_that_programs_read(ledgers: Ledgers) -> None:
    number = ledgers.park("followup", detail="promised: int_parsing")
    (one,) = parked(ledgers, "list", "--json").json

    assert one.pop("parked_at").endswith("+00:00")
    assert one == {
        "service": "followup",
        "id": number,
        "topic": "membership.v1",
        "partition": 0,
        "offset": 7,
        "key": "k",
        "version": 2,
        "reason": "malformed",
        "detail": "promised: int_parsing",
        "epoch": "",
        "retry_at": None,
    }


def test_list_without_a_terminal_has_a_line_for_each_record_and_no_colours(
    ledgers: Ledgers,
) -> None:
    ledgers.park("followup", key="0198f6a2-7f5c-7cc3-98c4-dc0c0c07398f")
    found = parked(ledgers, "list")

    (line,) = (line for line in found.out.splitlines() if "membership.v1" in line)
    assert "0198f6a2-7f5c-7cc3-98c4-dc0c0c07398f" in line
    assert "\x1b" not in found.out


@pytest.mark.parametrize("as_json", [(), ("--json",)])
@pytest.mark.parametrize(
    "payload",
    [
        f'{{"note": "{HERS}"}}'.encode(),
        b'{"note": "1912\\u003121\\u0032-1212"}',
        b'{"note": "121212+1212", "also": 191212121212}',
        HERS.encode("utf-16-le"),
        "191212\u200b12\u00a0-1212".encode(),
        b"\x1b[31m121212-1212",
    ],
)
def test_show_masks_identity_numbers_however_they_are_written(
    ledgers: Ledgers, payload: bytes, as_json: tuple[str, ...]
) -> None:
    header = base64.b64encode(HERS.encode()).decode()
    headers = json.dumps([["x-note", header], ["x-empty", None]]).encode()
    number = ledgers.park("followup", payload, headers=headers, key=HERS, detail=HERS)
    found = parked(ledgers, "show", number, "--service", "followup", *as_json)

    assert found.code == 0
    assert "[masked]" in found.out
    assert "1212" not in without_chance(found.out)
    assert "\x1b" not in found.out


def shown(ledgers: Ledgers, payload: bytes | None) -> Any:
    number = ledgers.park("followup", payload)
    return parked(ledgers, "show", number, "--service", "followup", "--json").json["payload"]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (None, None),
        (b"", ""),
        (b"\xff\xfe\x00", "(3 bytes that are no text)"),
        (b"x" * 20_000, "x" * 10_000 + " … (20000 characters)"),
        ("{å[bold]".encode(), "{å[bold]"),
    ],
)
def test_show_measures_what_is_no_text_or_too_long(
    ledgers: Ledgers, payload: bytes | None, said: str | None
) -> None:
    assert shown(ledgers, payload) == said


def test_show_of_a_null_payload_says_so(ledgers: Ledgers) -> None:
    number = ledgers.park("followup", None)

    assert "no payload" in parked(ledgers, "show", number, "--service", "followup").out


@pytest.mark.parametrize(
    "words", [("show", 17), ("retry", 17), ("skip", 17, "--actor", "a", "--reason", "r")]
)
def test_a_record_that_isnt_there_is_wrong_use(ledgers: Ledgers, words: tuple[Any, ...]) -> None:
    said = "No record 17 is parked in followup: see `jobbpakten parked list --service followup`."

    assert parked(ledgers, *words, "--service", "followup") == Ended(2, "", f"{said}\n")


def test_retry_asks_the_service_and_does_nothing_else(ledgers: Ledgers) -> None:
    number = ledgers.park("followup")
    found = parked(ledgers, "retry", number, "--service", "followup", "--json")

    assert (found.code, found.json) == (0, {"service": "followup", "act": "retry", "id": number})
    (row,) = ledgers.run("followup", "SELECT retry_at, reason FROM parked")
    assert row["retry_at"] is not None
    assert row["reason"] == "malformed"


def test_skip_moves_the_number_on_and_keeps_actor_and_ground(ledgers: Ledgers) -> None:
    ledgers.heard("followup", "membership.v1", k=1)
    number = ledgers.park("followup")
    found = parked(ledgers, "skip", number, *DECIDED)

    assert found == Ended(0, f"followup passes over record {number}.\n", "")
    assert ledgers.run("followup", "SELECT version FROM inbox")[0]["version"] == 2
    assert ledgers.run("followup", "SELECT id FROM parked") == []
    (kept,) = ledgers.run("followup", "SELECT act, version, actor, ground FROM settlements")
    assert tuple(kept) == ("skip", 2, "ops-1", "sent by mistake")


def test_skip_behind_a_gap_is_refused_with_its_reason(ledgers: Ledgers) -> None:
    number = ledgers.park("followup", version=5, reason="gap")
    found = parked(ledgers, "skip", number, *DECIDED)

    assert found == Ended(1, "", "Numbers are missing before it: accept the gap first.\n")


def test_accept_gap_goes_on_with_the_first_parked_record(ledgers: Ledgers) -> None:
    ledgers.park("followup", version=5, reason="gap")
    found = parked(ledgers, "accept-gap", "membership.v1", "k", *DECIDED, "--json")

    assert found.code == 0
    assert found.json == {
        "service": "followup",
        "act": "accept_gap",
        "topic": "membership.v1",
        "key": "k",
        "goes_on_with": 5,
    }
    assert ledgers.run("followup", "SELECT version FROM inbox")[0]["version"] == 4


def test_accept_gap_where_none_is_is_refused(ledgers: Ledgers) -> None:
    found = parked(ledgers, "accept-gap", "membership.v1", "k", *DECIDED)

    assert found == Ended(1, "", "No number is missing in this stream.\n")
    assert ledgers.run("followup", "SELECT 1 FROM inbox") == []


def test_accept_gap_knows_the_topics(ledgers: Ledgers) -> None:
    found = parked(ledgers, "accept-gap", "memberships", "k", *DECIDED)

    assert found.code == 2
    assert found.err.startswith("There is no topic of that name: take one of membership.v1, ")


@pytest.mark.parametrize(
    "decided",
    [
        ("--actor", "ops-1"),
        ("--reason", "because"),
        ("--actor", "ops-1", "--reason", " "),
        ("--actor", "ops-1", "--reason", "\u200b\u200d"),
        ("--actor", "ops-1", "--reason", f"her number is {HERS}"),
        ("--actor", "ops-1", "--reason", "of 1912-12-12-1212"),
        ("--actor", "ops-1", "--reason", "of １９１２１２１２-1212"),
        ("--actor", "ops-1", "--reason", "of 000101-T220"),
        ("--actor", "ops-1", "--reason", "of 19121212-1213"),
        ("--actor", "20000067-2386", "--reason", "sent by mistake"),
    ],
)
def test_a_decision_needs_actor_and_reason_and_no_identity_number(
    ledgers: Ledgers, decided: tuple[str, ...]
) -> None:
    number = ledgers.park("followup")
    found = parked(ledgers, "skip", number, "--service", "followup", *decided)

    assert found.code == 2
    assert HERS not in found.err
    assert ledgers.run("followup", "SELECT count(*) FROM parked")[0][0] == 1
