"""Whoever Kafka doesn't take in waits, says once why and what mends it, and works when mended."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.shared.support.doors import Doors, way_to
from tests.shared.support.refused import USER, allowed, part, sasl
from tests.support.eventually import eventually

from jobbpakten_local.parts.certificates import Authority

FEW_TRIES = 8
# Of a database in which something was told before anything ran: here it is so.
USUAL = "database_told_before_it_had_epochs"


def is_bad(line: Any) -> bool:
    return line["log_level"] in {"warning", "error"} and line["event"] != USUAL


@pytest.mark.parametrize(
    ("door", "amiss", "said", "mended"),
    [
        ("SASL", {"kafka_password": "another"}, "_USER or MEMBERSHIP_KAFKA_PASSWORD", "password"),
        ("SASL", {"kafka_ca_file": "strange.crt"}, "authority that we don't know", "ca"),
        ("RENAMED", {}, "certificate of another name: correct MEMBERSHIP_KAFKA_SERVERS", "SASL"),
        ("EXPIRED", {}, "a certificate that is out of date: renew it there", "SASL"),
        ("PLAIN", {}, "speaks no TLS at that port: correct MEMBERSHIP_KAFKA_SERVERS", "SASL"),
        ("TLS", {}, "takes users where we name none, or the reverse", "SASL"),
        ("MTLS", {"kafka_security": "SSL"}, "(MEMBERSHIP_KAFKA_CERTIFICATE_FILE)", "TLS"),
        ("MTLS", {"kafka_certificate_file": "old.crt"}, "wants a client certificate", "pair"),
        ("SASL", {"kafka_security": "SSL"}, "takes users where we name none", "TLS"),
        ("TLS", {"kafka_security": "PLAINTEXT"}, "may want TLS at that port", "PLAIN"),
    ],
    ids=lambda one: one if isinstance(one, str) else "-",
)
async def test_what_is_amiss_is_said_once_with_its_cure_and_waited_for(
    door: str,
    amiss: dict[str, Any],
    said: str,
    mended: str,
    doors: Doors,
    database: Callable[[str], str],
    tmp_path: Path,
) -> None:
    prefix = await allowed(doors)
    ca = Authority("strange").write(tmp_path, "strange")
    pair = doors.authority.sign(USER, expired=True).write(tmp_path, "old")
    given = given_to(doors, tmp_path, amiss)
    async with way_to(doors, door) as way:
        with capture_logs() as logs:
            async with part(database, prefix, kafka_servers=way.servers, **given) as service:

                def has_tried() -> None:
                    assert way.came > FEW_TRIES

                await eventually(has_tried)
                (line,) = [one for one in logs if is_bad(one)]
                assert line["event"] == "waiting_for_kafka"
                assert line["reason"].startswith(f"Kafka at {way.servers} ")
                assert said in line["reason"]
                assert service.refusals.sentences() == [line["reason"]]
                assert await service.teller.waiting() == 1
                if mended == "password":
                    doors.password(USER, amiss["kafka_password"])
                elif mended == "ca":
                    ca.write_bytes(doors.authority.pem)
                elif mended == "pair":
                    new = doors.authority.sign(USER)
                    pair.certificate.write_bytes(new.certificate)
                    pair.key.write_bytes(new.key)
                else:
                    way.to = mended
                await service.works()
                assert len([one for one in logs if one["event"] == "waiting_for_kafka"]) == 1


async def test_a_file_that_is_missing_is_said_once_and_waited_for(
    doors: Doors, database: Callable[[str], str], tmp_path: Path
) -> None:
    prefix, ca = await allowed(doors), tmp_path / "ca.crt"
    servers = f"127.0.0.1:{doors.ports['SASL']}"
    given = sasl(doors, kafka_servers=servers, kafka_ca_file=str(ca))
    said = f"No TLS to Kafka at {servers}: {ca} holds no certificates that can be read: no such"
    with capture_logs() as logs:
        async with part(database, prefix, **given) as service:

            def is_said() -> None:
                (sentence,) = service.refusals.sentences()
                assert sentence.startswith(said)

            await eventually(is_said)
            ca.write_bytes(doors.authority.pem)
            await service.works()
    assert [one["event"] for one in logs].count("waiting_for_kafka") == 1


def given_to(doors: Doors, folder: Path, amiss: dict[str, Any]) -> dict[str, Any]:
    """Give the settings with what is amiss in them; files by their names."""
    given = sasl(doors)
    if "kafka_certificate_file" in amiss:
        given |= {"kafka_key_file": str(folder / "old.key"), "kafka_security": "SSL"}
    named = {name: str(folder / one) if "_file" in name else one for name, one in amiss.items()}
    given |= named
    if given["kafka_security"] != "SASL_SSL":
        given |= {"kafka_user": "", "kafka_password": ""}
    if given["kafka_security"] == "PLAINTEXT":
        given |= {"kafka_ca_file": ""}
    return given
