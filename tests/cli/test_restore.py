"""`jobbpakten restore` and `parked accept-epoch`: what they refuse, and in which words."""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from tests.cli.commands import NOWHERE, Ended, jobbpakten
from tests.cli.ledgers import Ledgers
from tests.support.callers import PUBLIC_KEY

from jobbpakten.keys import Keys
from shared.edges.postgres import Door
from shared.messaging.relay import LOCK

WHO = ("--actor", "ops-1", "--reason", "the dump was put back")
EPOCH = "a" * 32


def environment_of(url: str, **differs: str) -> dict[str, str]:
    about = {
        "DATABASE_URL": url,
        "KAFKA_SERVERS": "127.0.0.1:1",
        "TOKEN_PUBLIC_KEY": PUBLIC_KEY,
        "MUNICIPALITY": "0380",
        "ENVIRONMENT": "test",
    }
    return {f"FOLLOWUP_{name}": value for name, value in (about | differs).items()}


def restore(url: str, *words: str, **differs: str) -> Ended:
    env = environment_of(url, **differs)
    return jobbpakten("restore", "--service", "followup", *words, env=Keys().settings | env)


async def test_it_refuses_while_a_replica_leads(database: Callable[[str], str]) -> None:
    url = database("followup")
    leader = await Door(url).connect()
    try:
        await leader.fetchval("SELECT pg_try_advisory_lock($1)", LOCK)
        done = restore(url)
    finally:
        await leader.close()
    assert done.code == 2
    assert done.err.endswith("followup runs: stop all its replicas, then run this again.\n")


@pytest.mark.parametrize("words", [(), ("--plan",)])
async def test_without_kafka_nothing_is_done(
    database: Callable[[str], str], words: tuple[str, ...]
) -> None:
    url = database("followup")
    done = restore(url, *words)
    assert (done.code, done.out) == (3, "")
    assert "Kafka at 127.0.0.1:1 isn't there" in done.err
    connection = await Door(url).connect()
    try:
        assert await connection.fetchval("SELECT count(*) FROM epochs") == 0
    finally:
        await connection.close()


def in_its_image(url: str, **differs: str) -> tuple[int, str]:
    env = Keys().settings | environment_of(url) | differs
    words = (sys.executable, "-m", "shared", "followup", "restore")
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_in_its_image_kafka_is_blamed_for_what_is_kafkas(database: Callable[[str], str]) -> None:
    nobody = "Kafka at 127.0.0.1:{} isn't there (connection refused): start it, or correct {}.\n"
    url = database("followup")
    code, said = in_its_image(url)
    assert (code, said.endswith(nobody.format(1, "FOLLOWUP_KAFKA_SERVERS"))) == (3, True), said
    code, said = in_its_image(url, JOBBPAKTEN_KAFKA_SERVERS="127.0.0.1:2")
    assert (code, said.endswith(nobody.format(2, "JOBBPAKTEN_KAFKA_SERVERS"))) == (3, True), said
    missing = {"JOBBPAKTEN_KAFKA_SECURITY": "SSL", "JOBBPAKTEN_KAFKA_CA_FILE": "/nowhere.pem"}
    code, said = in_its_image(url, JOBBPAKTEN_KAFKA_SERVERS="127.0.0.1:2", **missing)
    assert (code, "No TLS to Kafka at 127.0.0.1:2" in said) == (3, True), said


def test_without_an_operator_the_restored_services_own_way_is_taken(
    database: Callable[[str], str],
) -> None:
    url, servers = database("followup"), {"KAFKA_SERVERS": "127.0.0.1:1"}
    others = {
        f"{one}_{name}": to for one in ("MATCHING", "NOTIFICATIONS") for name, to in servers.items()
    }
    env = Keys().settings | environment_of(url) | others
    said = jobbpakten("restore", "--service", "followup", env=env).err
    assert "correct FOLLOWUP_KAFKA_SERVERS" in said


async def test_a_kafka_that_says_nothing_is_no_databases_fault(
    database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(AIOKafkaConsumer, "start", silent)
    done = restore(database("followup"))
    assert (done.code, "Kafka at 127.0.0.1:1" in done.err) == (3, True), done.err
    assert "database of followup" not in done.err


def test_a_database_that_is_away_is_named() -> None:
    done = restore(NOWHERE)
    assert done.code == 3
    assert "The database of followup at 127.0.0.1:1/followup doesn't answer" in done.err


def test_another_services_database_that_is_not_named_is_not_looked_at(
    database: Callable[[str], str],
) -> None:
    assert "membership: its database isn't named here" in restore(database("followup")).err


def behind(ledgers: Ledgers, *, told_anew: bool) -> Ended:
    """Let a stream wait that another epoch told; behind it, perhaps, its state told anew."""
    ledgers.heard("followup", "membership.v1", k=2)
    ledgers.park("followup", reason="another_epoch", epoch=EPOCH)
    if told_anew:
        anew = [("ce_causationid", b64encode(f"restore-{'b' * 32}".encode()).decode())]
        behind: dict[str, Any] = {"version": 3, "reason": "behind", "offset": 8, "epoch": "b" * 32}
        ledgers.park("followup", **behind, headers=json.dumps(anew).encode())
    words = ("parked", "accept-epoch", EPOCH, "--service", "followup", *WHO)
    return jobbpakten(*words, env=ledgers.environment())


def test_one_decision_settles_all_that_was_told_anew_behind(ledgers: Ledgers) -> None:
    done = behind(ledgers, told_anew=True)
    assert done.code == 0
    assert done.out == "followup goes on with 1 streams; 0 wait for a restore of their teller.\n"
    (left,) = ledgers.run("followup", "SELECT version, retry_at FROM parked")
    assert left["version"] == 3
    assert left["retry_at"]
    (act,) = ledgers.run("followup", "SELECT act, key, version, actor, ground FROM settlements")
    assert tuple(act) == ("accept_epoch", "k", 2, "ops-1", "the dump was put back")


def test_what_was_not_told_anew_waits_for_its_restore(ledgers: Ledgers) -> None:
    assert behind(ledgers, told_anew=False).code == 1
    assert len(ledgers.run("followup", "SELECT id FROM parked")) == 1
    other = ("parked", "accept-epoch", "c" * 32, "--service", "followup", *WHO)
    done = jobbpakten(*other, env=ledgers.environment())
    assert done.code == 2
    assert "Nothing of that epoch is parked in followup" in done.err


def test_parked_list_says_the_epoch(ledgers: Ledgers) -> None:
    behind(ledgers, told_anew=False)
    found = jobbpakten("parked", "list", "--json", env=ledgers.environment())
    assert [one["epoch"] for one in found.json] == [EPOCH]


def test_every_command_of_the_page_is_one() -> None:
    page = (Path(__file__).parents[2] / "docs/operations/restore.md").read_text("utf-8")
    for words in ("restore --help", "parked accept-epoch --help", "reconcile --help"):
        assert words.removesuffix(" --help").split()[0] in page
        assert jobbpakten(*words.split()).code == 0
