"""`jobbpakten reconcile`: a lost event, a parked one and a full outbox end with 1."""

from importlib import import_module
from uuid import uuid4

import pytest
from tests.cli.commands import NOWHERE, Ended, jobbpakten
from tests.cli.ledgers import HEARS, Ledgers

from jobbpakten.cli import reconcile as compared
from jobbpakten.cli.environment import hears, services


@pytest.fixture(autouse=True)
def both_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Listen as two services do that hear each other."""
    monkeypatch.setattr(compared, "hears", lambda: HEARS)
    monkeypatch.setattr(compared, "services", lambda: tuple(sorted(HEARS)))


A_LOST = {"key": "a", "told": 3, "heard": 2, "note": ""}


def reconcile(ledgers: Ledgers, *words: object) -> Ended:
    return jobbpakten("reconcile", *words, env=ledgers.environment())


def test_told_and_heard_alike_is_good(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=3, b=1)
    ledgers.heard("followup", "membership.v1", a=3, b=1)
    found = reconcile(ledgers)

    assert found.code == 0
    assert "Everything told has been heard." in found.out
    assert reconcile(ledgers, "--json", "--wait", 5).json == {
        "differs": False,
        "quiet": True,
        "topics": [
            {
                "topic": "followup.v1",
                "listener": "membership",
                "told": 0,
                "heard": 0,
                "differing": 0,
                "apart": 0,
                "forked": 0,
                "first": [],
            },
            {
                "topic": "membership.v1",
                "listener": "followup",
                "told": 4,
                "heard": 4,
                "differing": 0,
                "apart": 0,
                "forked": 0,
                "first": [],
            },
        ],
        "outbox": {"followup": 0, "membership": 0},
        "parked": {"followup": 0, "membership": 0},
    }


def test_a_lost_event_is_named(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=3, b=1)
    ledgers.heard("followup", "membership.v1", a=2, b=1)
    found = reconcile(ledgers)
    row = reconcile(ledgers, "--json").json["topics"][1]

    assert found.code == 1
    assert "membership.v1 followup: a told 3, heard 2" in found.out
    assert "Something differs." in found.out
    assert (row["differing"], row["first"]) == (1, [A_LOST])


def test_only_the_first_streams_are_named(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", **{f"k{n:02}": 1 for n in range(15)})
    row = reconcile(ledgers, "--json").json["topics"][1]

    assert row["differing"] == 15
    assert [one["key"] for one in row["first"]] == [f"k{n:02}" for n in range(10)]


def test_a_parked_record_and_a_full_outbox_are_named(ledgers: Ledgers) -> None:
    ledgers.park("followup", key=None, version=None)
    ledgers.waits_in_outbox("membership")
    found = reconcile(ledgers)

    assert found.code == 1
    assert "1 waiting in the outbox of membership" in found.out
    assert "1 parked: jobbpakten parked list --service followup" in found.out


def test_a_fork_ends_with_1_while_it_stands(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=1, b=1)
    ledgers.heard("followup", "membership.v1", a=3, b=1, c=1)
    found, row = reconcile(ledgers), reconcile(ledgers, "--json").json["topics"][1]

    assert found.code == 1
    assert "membership.v1 followup: a told 1, heard 3, forked" in found.out
    assert "membership.v1 followup: c told 0, heard 1, forked" in found.out
    assert (row["differing"], row["forked"]) == (2, 2)
    ledgers.told("membership", "membership.v1", c=1)
    ledgers.run("membership", "UPDATE streams SET version = 3 WHERE key = 'a'")
    assert reconcile(ledgers).code == 0


def test_a_stream_of_a_random_id_that_nobody_heard_ends_with_1(ledgers: Ledgers) -> None:
    candidate = str(uuid4())
    ledgers.told("membership", "membership.v1", **{candidate: 1})
    found = reconcile(ledgers)

    assert found.code == 1
    assert f"{candidate} told 1, heard 0" in found.out


ODD = ["ffffffff-ffff-7fff-bfff-ffffffffffff", "00000000-0000-7000-8000-000000000000"]
ODD += ["069bc2b4-1000-7000-8000-000000000000", "{0}", "9" * 32, "x" * 200]


@pytest.mark.parametrize("key", ODD)
def test_a_key_that_nobody_of_us_gives_is_compared_like_any_other(
    ledgers: Ledgers, key: str
) -> None:
    """Whoever forged it may have put any moment in it, also one that no calendar has."""
    ledgers.heard("followup", "membership.v1", **{key: 2})
    ledgers.told("followup", "followup.v1", **{key: 1})
    ledgers.told_at("followup", key, None)
    found, said = reconcile(ledgers), reconcile(ledgers, "--json").json

    assert found.code == 1
    assert [row["forked"] for row in said["topics"]] == [0, 1]
    assert [row["differing"] for row in said["topics"]] == [1, 1]


def test_waiting_in_vain_ends_with_what_differs(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=1)

    assert reconcile(ledgers, "--wait", 0.1).code == 1


def test_every_database_is_needed(ledgers: Ledgers) -> None:
    ledgers.urls.pop("membership")
    found = reconcile(ledgers)

    assert found.code == 2
    assert found.err.startswith("MEMBERSHIP_DATABASE_URL isn't set")


@pytest.mark.parametrize("wait", [0, 0.1])
def test_a_database_away_is_said(ledgers: Ledgers, wait: float) -> None:
    ledgers.urls["followup"] = NOWHERE
    found = reconcile(ledgers, "--wait", wait)

    assert found.code == 3
    assert "The database of followup at 127.0.0.1:1/followup doesn't answer" in found.err
    assert "s3cret" not in found.err
    assert found.err.startswith("waiting 0.1 s at most") == bool(wait)


def test_a_database_without_tables_is_said(ledgers: Ledgers, empty: str) -> None:
    ledgers.urls["followup"] = empty
    found = reconcile(ledgers)

    assert found.code == 3
    assert "run `jobbpakten migrate --service followup`" in found.err


def test_who_may_read_a_topic_hears_it_and_nobody_else_does() -> None:
    assert hears() == {name: import_module(f"{name}.main").hears.topics for name in services()}


def test_another_event_under_the_same_number_is_a_fork(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=2, b=2, c=2)
    ledgers.heard("followup", "membership.v1", a=2, b=2, c=2)
    one, other = uuid4(), uuid4()
    known = "UPDATE streams SET last_id = $1, last_id_version = $2 WHERE key = $3"
    for key, version, told in (("a", 2, one), ("b", 2, one), ("c", 1, one)):
        ledgers.run("membership", known, told, version, key)
    for key, heard in (("a", one), ("b", other), ("c", other)):
        ledgers.run("followup", "UPDATE inbox SET id = $1 WHERE key = $2", heard, key)
    found, row = reconcile(ledgers), reconcile(ledgers, "--json").json["topics"][1]

    assert found.code == 1
    assert "membership.v1 followup: b told 2, heard 2, forked" in found.out
    assert (row["differing"], row["forked"]) == (1, 1)
