"""Certificates, authorities and passwords are replaced while services work, and nothing fails."""

import asyncio
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs
from tests.shared.support.doors import REAUTH_MS, Doors
from tests.shared.support.outbox_harness import Teller, ended
from tests.shared.support.refused import HEARER, PASSWORD, USER, allowed, hearer, part, sasl
from tests.support.eventually import eventually

from jobbpakten_local.parts.certificates import Authority, Files
from shared.settings import ServiceSettings

ANEW_S = 2.5 * REAUTH_MS / 1_000  # by then each connection was made anew, at least once
TROUBLE = {"waiting_for_kafka", "relay_interrupted", "inbox_escaped", "work_ended"}


class FromFile(ServiceSettings, service="membership"):
    """Settings whose password is what a file beside the authority's says."""

    def current(self, name: str) -> str:
        if name != "kafka_password":
            return super().current(name)
        return Path(self.kafka_ca_file).with_name(name).read_text()


class Hearing(FromFile, service="followup"):
    """A service that hears."""


async def test_all_is_replaced_under_load_and_what_is_told_is_heard_once(
    doors: Doors, database: Callable[[str], str], tmp_path: Path
) -> None:
    prefix = await allowed(doors)
    (tmp_path / "kafka_password").write_text(PASSWORD)
    ca, pair = doors.authority.write(tmp_path), doors.authority.sign(USER).write(tmp_path, "own")
    files = {"kafka_certificate_file": str(pair.certificate), "kafka_key_file": str(pair.key)}
    said = sasl(doors, kafka_servers=at(doors), kafka_ca_file=str(ca), **files)
    with capture_logs() as logs:
        async with (
            part(database, prefix, FromFile, **said) as service,
            hearer(database, prefix, Hearing, **said | {"kafka_user": HEARER}) as heard,
        ):
            await service.works()
            told = [1]
            telling = asyncio.create_task(tells_on(service.teller, told))
            try:
                await replace_pair(doors, pair, logs)
                await replace_authority(doors, ca, logs)
                await replace_password(doors, tmp_path / "kafka_password")
                await is_heard_after(told, heard)
            finally:
                await ended(telling)
                doors.renew("RESTLESS", doors.authority)

            def all_is_heard() -> None:
                assert heard == [*range(1, len(heard) + 1)]
                assert len(heard) >= len(told)

            await eventually(all_is_heard)
            await service.works()
    assert len(told) > 100
    assert not [one for one in logs if one["event"] in TROUBLE]


def at(doors: Doors) -> str:
    return f"127.0.0.1:{doors.ports['RESTLESS']}"


async def tells_on(teller: Teller, told: list[int]) -> None:
    while True:
        await teller.tells(1)
        told.append(1)
        await asyncio.sleep(0.02)


async def replace_pair(doors: Doors, pair: Files, logs: list[Any]) -> None:
    """Write the certificate; its key comes only when somebody has seen that it doesn't fit."""
    new = doors.authority.sign(USER)
    pair.certificate.write_bytes(new.certificate)
    await is_logged(logs, "tls_files_amiss", 1)
    await all_connect_anew()
    pair.key.write_bytes(new.key)
    await is_logged(logs, "tls_files_taken", 1)
    await is_logged(logs, "tls_files_amiss", 1)


async def replace_authority(doors: Doors, ca: Path, logs: list[Any]) -> None:
    """Let the clients trust another authority beside the first, then the broker show its work."""
    another = Authority("another")
    write(ca, doors.authority.pem + another.pem)
    await is_logged(logs, "tls_files_taken", 2)
    shown = await served(doors)
    doors.renew("RESTLESS", another)

    async def shows_it() -> None:
        assert await served(doors) != shown

    await eventually(shows_it)
    await all_connect_anew()


async def replace_password(doors: Doors, file: Path) -> None:
    for user in (USER, HEARER):
        doors.password(user, "another one")
    write(file, b"another one")
    await all_connect_anew()


def write(file: Path, words: bytes) -> None:
    file.write_bytes(words)


async def served(doors: Doors) -> str:
    where = ("127.0.0.1", doors.ports["RESTLESS"])
    return await asyncio.to_thread(ssl.get_server_certificate, where)


async def is_logged(logs: list[Any], event: str, times: int) -> None:
    def is_said() -> None:
        assert [one["event"] for one in logs].count(event) == times

    await eventually(is_said)


async def all_connect_anew() -> None:
    """Wait until the broker has ended each connection that was there, and each is there again."""
    since = time.monotonic()

    def is_time() -> None:
        assert time.monotonic() - since > ANEW_S

    await eventually(is_time)


async def is_heard_after(told: list[int], heard: list[int]) -> None:
    """Wait until what is told from now on is heard."""
    now = len(told)

    def is_further() -> None:
        assert len(heard) > now + 10

    await eventually(is_further)
