"""`jobbpakten reconcile`: a lost event, a parked one and a full outbox end with 1."""

import pytest
from tests.cli.commands import NOWHERE, Ended, jobbpakten
from tests.cli.ledgers import HEARS, Ledgers

from jobbpakten.cli import comparisons
from jobbpakten.cli.addresses import hears, services
from shared.kafka import TOPICS


@pytest.fixture(autouse=True)
def both_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Listen as two services do that hear each other."""
    monkeypatch.setattr(comparisons, "hears", lambda: HEARS)
    monkeypatch.setattr(comparisons, "services", lambda: tuple(sorted(HEARS)))


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
                "first": [],
            },
            {
                "topic": "membership.v1",
                "listener": "followup",
                "told": 4,
                "heard": 4,
                "differing": 0,
                "apart": 0,
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
    assert (row["differing"], row["first"]) == (1, [{"key": "a", "told": 3, "heard": 2}])


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
    assert "The database of followup doesn't answer" in found.err


def test_a_database_without_tables_is_said(ledgers: Ledgers, empty: str) -> None:
    ledgers.urls["followup"] = empty
    found = reconcile(ledgers)

    assert found.code == 3
    assert "run `jobbpakten migrate --service followup`" in found.err


def test_what_services_hear_is_read_from_themselves() -> None:
    heard = hears()

    assert tuple(heard) == services()
    for service, topics in heard.items():
        assert topics
        assert all(service in TOPICS[topic].read_by for topic in topics)
