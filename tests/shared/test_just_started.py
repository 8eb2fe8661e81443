"""A service that has just started: its figures are there, and it says where its parts are."""

import ast
import asyncio
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from tests.support.eventually import PATIENCE_S, eventually

from jobbpakten.keys import Keys
from jobbpakten_local.demo.environments import settings
from jobbpakten_local.parts import processes
from jobbpakten_local.parts.kafka import free_ports
from jobbpakten_local.parts.kafka_access import Access
from jobbpakten_local.parts.mail import Post
from jobbpakten_local.parts.services import Service
from shared.edges.postgres import place_of
from shared.messaging.inbox.streams import REASONS, Outcome
from shared.messaging.kafka import TOPICS
from shared.time.schedule import name_of

ROOT = Path(__file__).parents[2]
SERVICES = ["followup", "matching", "membership", "notifications"]
NOWHERE = "postgresql+asyncpg://follow:s3cret@127.0.0.1:1/{}"
FROM_THE_START = {"inbox_escaped_total", "outbox_sent_total", "inbox_handler_seconds_count"}
FROM_THE_START |= {"outbox_age_seconds", "outbox_rows", "inbox_waiting_streams", "inbox_holds"}
FROM_THE_START |= {"kafka_connected", "relay_leads", "database_oldest_transaction_seconds"}
OWN_ROUNDS = {"notifications": {"release", "recover", "owed", "mail_figures", "send", "help"}}
NAMED = {"thing", "by_itself", "each_by_itself", "each_seen"}  # what names a kind of things


@pytest.fixture(params=SERVICES)
def just_started(request: pytest.FixtureRequest, run_folder: Path) -> Iterator[Service]:
    """Give a service, as operations start it, that has reached nothing yet."""
    folder = run_folder / uuid4().hex[:6]
    folder.mkdir()
    urls = {name: NOWHERE.format(name) for name in SERVICES}
    environment = settings(urls, Access("127.0.0.1:1"), "m", Keys(), Post("127.0.0.1", 1), port=1)
    with processes.owned(folder / "s") as ours:
        (folder / "s").mkdir()
        service = Service(request.param, ours, {**os.environ, **environment})
        service.start()
        yield service


async def figures(service: Service) -> list[Sample]:
    """Read all figures as soon as it answers."""

    def answer() -> str:
        try:
            return httpx.get(f"{service.probes}/metrics").text
        except httpx.TransportError as error:
            raise AssertionError(service.log.read_text()) from error

    text = await eventually(answer)
    return [one for family in text_string_to_metric_families(text) for one in family.samples]


def kinds_of(service: str) -> set[str]:
    """Find what a service's source names as a kind of things that can fail."""
    found = set[str]()
    for path in (ROOT / f"services/{service}/src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func).rpartition(".")[2]
                said = node.args[: 1 if called == "thing" else 2]
                words = [str(one.value) for one in said if isinstance(one, ast.Constant)]
                prefix = "unreadable_" if called == "each_seen" else ""
                found |= {f"{prefix}{word}" for word in words if called in NAMED}
    return found


def missing(found: list[Sample], figure: str, label: str, asked: set[str]) -> set[str]:
    """Give what is asked of a figure's label and isn't there with nought."""
    return asked - {one.labels[label] for one in found if one.name == figure and one.value == 0}


async def test_every_figure_names_its_service_and_is_there_from_the_start(
    just_started: Service,
) -> None:
    found, name = await figures(just_started), just_started.name
    clock = import_module(f"{name}.clock")
    rounds = {"figures", "drain", "topics", *map(name_of, clock.due), *OWN_ROUNDS.get(name, ())}
    told = {topic for topic, about in TOPICS.items() if name in about.told_by}
    kinds = {"figures", "streams", "untold_streams", *kinds_of(name)}

    assert {one.labels.get("service") for one in found} == {name}
    assert {one.name: one.value for one in found if one.name in FROM_THE_START} == dict.fromkeys(
        FROM_THE_START, 0
    )
    assert missing(found, "kafka_topics_missing", "topic", told) == set()
    assert missing(found, "inbox_parked_records", "reason", {*REASONS}) == set()
    assert missing(found, "inbox_heard_total", "outcome", {*Outcome, "unknown"}) == set()
    assert missing(found, "things_failed_total", "kind", kinds) == set()
    assert missing(found, "things_undone", "kind", kinds) == set()
    assert missing(found, "round_failing_seconds", "round", rounds) == set()
    if name == "notifications":
        assert missing(found, "notices_to_settle", "state", {"failed", "uncertain"}) == set()
        assert {"mails_paused", "mails_oldest_due_seconds"} <= {one.name for one in found}


def test_a_record_is_parked_for_a_reason_that_is_known_beforehand() -> None:
    inbox = (ROOT / "shared/src/shared/messaging/inbox").glob("*.py")
    source = "".join(path.read_text() for path in inbox)
    named = r'(?:reason ?=|reason=""? if \w+ else|Unreadable\(record,|return None,|return) "(\w+)"'
    found = {*re.findall(named, source)} - {"reason"}

    assert {"envelope", "malformed", "gap", "behind", "handler_too_slow"} - {*REASONS} == set()
    assert found - {*REASONS} == set()
    assert len(found) > len(REASONS) // 2


async def test_whoever_cant_reach_its_parts_says_where_they_are_and_no_secret(
    just_started: Service,
) -> None:
    place, url = f"127.0.0.1:1/{just_started.name}", just_started.probes
    await figures(just_started)

    async with httpx.AsyncClient(base_url=url) as http:
        probes = [await http.get(f"/health/{one}") for one in ("startup", "ready")]
    for answer in probes:
        assert (answer.status_code, place in answer.text) == (503, True), answer.text

    def said() -> str:
        text = just_started.log.read_text()
        assert f"The database at {place} doesn't answer: ConnectionRefusedError" in text
        return text

    everything = await eventually(said)
    everything += "".join(answer.text for answer in probes)
    assert "s3cret" not in everything
    assert "follow:" not in everything


@pytest.mark.parametrize("taken", ["port", "probes_port"])
async def test_a_port_that_is_taken_is_told_once_and_ends_it(
    just_started: Service, taken: str
) -> None:
    await figures(just_started)
    second = replace(just_started, replica=2, port=free_ports(1)[0], probes_port=free_ports(1)[0])
    setattr(second, taken, getattr(just_started, taken))
    second.start()
    assert second.process

    assert await asyncio.to_thread(second.process.wait, PATIENCE_S) == 3
    lines = map(json.loads, second.log.read_text().splitlines())
    (error,) = [line["event"] for line in lines if line["level"] == "error"]
    assert f"'127.0.0.1', {getattr(second, taken)}): address already in use" in error


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql+asyncpg://me:s3cret@db:6432/followup", "db:6432/followup"),
        ("postgresql+asyncpg://me:s3cret@db/followup?ssl=require", "db:5432/followup"),
        ("postgresql+asyncpg://me@/x?host=/run/pg&port=5433&password=s3cret", "/run/pg:5433/x"),
        ("postgresql+asyncpg://me:s3cret@/x?host=a&host=b", "a,b:5432/x"),
        ("postgresql+asyncpg://me:my@mine@db/x", "?"),
        ("postgresql+asyncpg://me:my@mi/ne@db:5432/x", "?"),
        ("postgresql+asyncpg://", "localhost:5432/"),
    ],
)
def test_where_a_database_is_says_nothing_of_who_goes_there(url: str, place: str) -> None:
    assert place_of(url) == place
