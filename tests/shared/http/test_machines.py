"""Machines call with tokens of their issuer: at once, after a rollover, and through an outage."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import Request
from sqlalchemy import text
from structlog.testing import capture_logs
from tests.shared.support.notes import PLACE, Local, nothing_due, router
from tests.support.callers import client, settings
from tests.support.eventually import eventually
from tests.support.published import (
    AUDIENCE,
    MACHINES,
    NAME,
    Publisher,
    authority,
    ed,
    public,
    publishing,
    rsa,
    signed,
)
from tests.support.tls import made

from followup.main import create_app
from followup.settings import Settings as Followup
from jobbpakten_local.parts.certificates import Files
from shared import service
from shared.edges import issuers
from shared.edges.doorkeepers import Doorkeeper
from shared.http.access import admitted
from shared.messaging.inbox import Hears

OLD, NEW = ed("old"), rsa("new")


@pytest.fixture
async def certified(tmp_path: Path) -> Files:
    ours, _ = authority(tmp_path)
    return made(tmp_path, ours)


@pytest.fixture
async def publisher(certified: Files) -> AsyncIterator[Publisher]:
    async with publishing(certified, OLD) as answers:
        yield answers


def file_of(folder: Path, url: str) -> str:
    """Write the file of issuers: one that publishes its keys at an address."""
    entry: dict[str, Any] = {"issuer": NAME, "audience": AUDIENCE, "jwks": url}
    entry |= {"ca_file": str(folder / "ca.crt"), "machines": MACHINES}
    file = folder / "issuers.yaml"
    file.write_text(yaml.safe_dump([entry]))
    return str(file)


@pytest.fixture
async def machine(
    database: Callable[[str], str], publisher: Publisher, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    file = file_of(tmp_path, publisher.url)
    app = service.assemble(
        settings(Local, database("membership"), token_issuers_file=file),
        router,
        hears=Hears(),
        due=[nothing_due],
    )
    async with app.state.database.transaction() as tx:
        await (await tx.connection()).execute(text("CREATE TABLE notes (text text)"))
    async with client(app) as calling:
        yield calling
    await app.state.database.engine.dispose()


async def called(http: httpx.AsyncClient, token: str, sent: str = "x") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return await http.post(PLACE, json={"text": sent}, headers=headers)


async def test_the_first_call_fetches_the_keys_and_those_after_it_dont(
    machine: httpx.AsyncClient, publisher: Publisher
) -> None:
    for status in (201, 201, 201):
        assert (await called(machine, signed(OLD))).status_code == status
    assert publisher.asked == 1


async def test_once_the_keys_are_here_nothing_is_waited_for(machine: httpx.AsyncClient) -> None:
    await called(machine, signed(OLD))
    headers = [(b"authorization", f"Bearer {signed(OLD)}".encode())]
    app = machine._transport.app  # type: ignore[attr-defined]
    judged = admitted(Request({"type": "http", "headers": headers, "app": app}))
    with pytest.raises(StopIteration) as done:
        judged.send(None)
    assert done.value.value.id == "machine:importer"


async def test_a_key_that_is_rolled_over_is_fetched_within_the_call(
    machine: httpx.AsyncClient, publisher: Publisher
) -> None:
    await called(machine, signed(OLD))
    door: Doorkeeper = doorkeeper(machine)
    (known,) = (one.published for one in door.issuers.values() if one.published)
    known.next_ask -= issuers.AGAIN_SECONDS
    publisher.keys = public(NEW)
    answers = await asyncio.gather(*(called(machine, signed(NEW, "RS256")) for _ in range(20)))
    assert {one.status_code for one in answers} == {201}
    assert publisher.asked == 2
    assert (await called(machine, signed(OLD))).status_code == 401


def doorkeeper(http: httpx.AsyncClient) -> Doorkeeper:
    found: Doorkeeper = http._transport.app.state.doorkeeper  # type: ignore[attr-defined]
    return found


async def test_keys_that_nobody_has_cost_the_issuer_one_question_a_minute(
    machine: httpx.AsyncClient, publisher: Publisher
) -> None:
    await called(machine, signed(OLD))
    for kid in range(50):
        answer = await called(machine, signed(OLD, "Ed25519", {"kid": str(kid)}))
        assert answer.status_code == 401
    assert publisher.asked == 1


async def test_an_issuer_that_is_away_is_no_hindrance_once_its_keys_are_here(
    machine: httpx.AsyncClient, publisher: Publisher
) -> None:
    await called(machine, signed(OLD))
    publisher.status = "500 Internal Server Error"
    (known,) = (one.published for one in doorkeeper(machine).issuers.values() if one.published)
    known.next_ask -= issuers.AGAIN_SECONDS
    for _ in range(2):  # its key may be a new one of theirs: who could know
        answer = await called(machine, signed(NEW, "RS256"))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert publisher.asked == 2
    assert (await called(machine, signed(OLD))).status_code == 201
    publisher.status, publisher.keys = "200 OK", public(NEW)
    known.next_ask -= issuers.AGAIN_SECONDS
    assert (await called(machine, signed(NEW, "RS256"))).status_code == 201
    assert (await called(machine, signed(OLD))).status_code == 401


async def test_without_any_keys_of_an_issuer_its_machines_are_told_to_come_again(
    machine: httpx.AsyncClient, publisher: Publisher
) -> None:
    publisher.status = "500 Internal Server Error"
    with capture_logs() as lines:
        for sent in (OLD, OLD, OLD):
            answer = await called(machine, signed(sent))
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["Retry-After"] == "10"
    assert publisher.asked == 1
    assert [line["event"] for line in lines] == ["token_keys_not_fetched"]
    assert lines[0]["reason"].endswith("its tokens are answered with 503")


async def test_a_service_starts_before_its_issuers_authority_is_there_and_takes_it_when_it_is(
    machine: httpx.AsyncClient, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.crt"
    whole = ca.read_bytes()
    ca.unlink()
    file = str(tmp_path / "issuers.yaml")
    late = Doorkeeper.of(settings(Local, "postgresql+asyncpg://db/x", token_issuers_file=file))
    machine._transport.app.state.doorkeeper = late  # type: ignore[attr-defined]
    (known,) = (one.published for one in late.issuers.values() if one.published)
    with capture_logs() as lines:
        for _ in range(2):
            assert (await called(machine, signed(OLD))).status_code == 503
            known.next_ask -= issuers.AGAIN_SECONDS
        ca.write_bytes(whole[:99])
        assert (await called(machine, signed(OLD))).status_code == 503
        known.next_ask -= issuers.AGAIN_SECONDS
        ca.write_bytes(whole)
        assert (await called(machine, signed(OLD))).status_code == 201
    missing, half, over = lines
    assert f"{ca} holds no certificates that can be read: no such file" in missing["reason"]
    assert f"{ca} holds no certificates that can be read" in half["reason"]
    assert over["event"] == "token_keys_fetched"


async def test_a_large_body_of_a_machine_is_taken_as_anybody_s(
    machine: httpx.AsyncClient, publisher: Publisher
) -> None:
    """Who sends more than strangers may is judged while it is read: then, too, keys are fetched."""
    answer = await called(machine, signed(OLD), "x" * 20_000)
    assert (answer.status_code, publisher.asked) == (422, 1)
    answer = await called(machine, signed(OLD, aud="x"), "x" * 20_000)
    assert answer.status_code == 401


async def test_the_caller_learns_no_cause_and_the_log_does(machine: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        refused = [await called(machine, signed(OLD, aud="x")) for _ in range(3)]
    assert {one.text for one in refused} == {(await machine.post(PLACE)).text}
    said = [(line["event"], line["at"], line["reason"]) for line in lines]
    assert said == [("token_refused", NAME, "its aud isn't what it should be")]


async def test_a_machine_gets_no_further_than_the_networks_of_the_file(
    machine: httpx.AsyncClient,
) -> None:
    headers = {"Authorization": f"Bearer {signed(OLD, networks=['grannpakten'])}"}
    other = PLACE.replace("jobbpakten", "grannpakten")
    assert (await machine.post(other, json={"text": "x"}, headers=headers)).status_code == 404


async def test_a_service_fetches_keys_before_anybody_calls_and_starts_without_the_issuer(
    database: Callable[[str], str],
    certified: Files,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(issuers, "BARE_SECONDS", 0.05)
    async with publishing(certified) as closed:
        url = closed.url
    file = file_of(tmp_path, url)
    app = create_app(settings(Followup, database("followup"), token_issuers_file=file))
    async with app.router.lifespan_context(app), client(app) as http:
        await eventually(lambda: ready(http))
        async with publishing(certified, OLD, port=closed.port) as publisher:
            door: Doorkeeper = app.state.doorkeeper
            await eventually(lambda: has_keys(door))
            assert publisher.asked == 1


async def ready(http: httpx.AsyncClient) -> None:
    assert (await http.get("/health/startup")).status_code == 200


def has_keys(door: Doorkeeper) -> None:
    (known,) = (one.published for one in door.issuers.values() if one.published)
    assert known.keys.keys() == {"old"}


async def test_what_a_caller_needs_stands_in_the_description(machine: httpx.AsyncClient) -> None:
    described = (await machine.get("/openapi.json")).json()
    (scheme,) = described["components"]["securitySchemes"].values()
    assert (scheme["scheme"], scheme["bearerFormat"]) == ("bearer", "JWT")
    for word in ("client credentials", "client_id", "kid", "needs_a_person", "TOKEN_ISSUERS_FILE"):
        assert word in scheme["description"]


def test_a_file_that_is_amiss_is_refused_at_the_start_by_setting_line_and_field(
    tmp_path: Path,
) -> None:
    file = tmp_path / "issuers.yaml"
    file.write_text(f"- issuer: {NAME}\n  audience: {json.dumps(AUDIENCE)}\n  keys: []\n")
    about = settings(Local, "postgresql+asyncpg://db/x", token_issuers_file=str(file))
    with pytest.raises(SystemExit) as ended:
        Doorkeeper.of(about)
    first, second = str(ended.value).splitlines()
    assert first.startswith("MEMBERSHIP_TOKEN_ISSUERS_FILE: ")
    assert first.endswith("/issuers.yaml:3: 0.keys: it names nothing")
    assert second.endswith("/issuers.yaml:1: 0.machines: it is missing")
