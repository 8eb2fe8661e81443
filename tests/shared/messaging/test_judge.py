"""One judge: what no teller of ours tells is parked by every listener alike, and blocks nobody."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import text
from tests.shared.support.forgeries import UNKNOWN, Odd, odd_ones, plain
from tests.support.callers import settings

from jobbpakten.cli.environment import hears
from jobbpakten.keys import Keys
from shared.database import Database
from shared.messaging.inbox.batches import Inbox
from shared.messaging.inbox.records import Heard, Record, read

HEARINGS = [(service, topic) for service, topics in hears().items() for topic in sorted(topics)]
MAIL = {"public_url": "http://127.0.0.1", "smtp_host": "127.0.0.1", "sender": "us@example.se"}


@dataclass(frozen=True)
class Listening:
    """A service's real inbox, with its real handlers, on its real database."""

    inbox: Inbox
    database: Database

    async def rows(self, sql: str) -> Any:
        async with self.database.transaction() as tx:
            return (await (await tx.connection()).execute(text(sql))).all()

    async def parked(self) -> dict[int, tuple[str, str | None]]:
        found = await self.rows('SELECT "offset", reason, key FROM parked')
        return {row.offset: (row.reason, row.key) for row in found}

    async def heard(self) -> dict[str, int]:
        found = await self.rows("SELECT key, version FROM inbox WHERE version > 0")
        return {row.key: row.version for row in found}


@pytest.fixture
async def listening(
    request: pytest.FixtureRequest, database: Callable[[str], str]
) -> AsyncIterator[Listening]:
    service: str = request.param
    begins = f"{service}_".upper()
    keys = {
        name.removeprefix(begins).lower(): value
        for name, value in Keys().settings.items()
        if name.startswith(begins) and not name.endswith("TOKEN_PUBLIC_KEY")
    }
    kind = import_module(f"{service}.settings").Settings
    more = MAIL if service == "notifications" else {}
    about = settings(kind, database(service), **keys, **more)
    app = import_module(f"{service}.main").create_app(about)
    yield Listening(Inbox(about, app.state.database, app.state.hears), app.state.database)
    await app.state.database.engine.dispose()


def at_offsets(odd: list[Odd]) -> list[Record]:
    return [replace(one.record, offset=offset) for offset, one in enumerate(odd)]


@pytest.mark.parametrize(("listening", "topic"), HEARINGS, indirect=["listening"])
async def test_every_listener_parks_what_no_teller_tells_and_takes_all_else(
    listening: Listening, topic: str
) -> None:
    odd = [*odd_ones(topic)]
    await listening.inbox.process(at_offsets(odd))

    parked = await listening.parked()
    found = {one.name: parked.get(offset, ("", None)) for offset, one in enumerate(odd)}
    assert found == {one.name: (one.reason, None) for one in odd}


@pytest.mark.parametrize(("listening", "topic"), HEARINGS, indirect=["listening"])
async def test_a_forged_record_keeps_no_real_one_of_its_stream_from_being_heard(
    listening: Listening, topic: str
) -> None:
    odd = [one for one in odd_ones(topic) if one.reason and one.record.key]
    keys = [one.record.key.decode() for one in odd if one.record.key]
    await listening.inbox.process([*at_offsets(odd), *(plain(topic, key=key) for key in keys)])

    assert await listening.heard() == dict.fromkeys(keys, 1)
    assert len(await listening.parked()) == len(odd)


@pytest.mark.parametrize(("listening", "topic"), HEARINGS, indirect=["listening"])
async def test_a_number_far_ahead_of_those_heard_is_parked_beside_its_stream(
    listening: Listening, topic: str
) -> None:
    far, near = plain(topic, 1_000_002, key="k"), plain(topic, 2, key="k")
    await listening.inbox.process([plain(topic, key="k"), replace(far, offset=1), near])

    assert await listening.heard() == {"k": 2}
    assert await listening.parked() == {1: ("jump", None)}


def test_what_is_read_says_the_same_as_its_envelope() -> None:
    one = plain("membership.v1", 7, actorrole="coordinator")
    found = read(one, "0380")

    assert isinstance(found, Heard)
    assert (found.key, found.version) == ((one.key or b"").decode(), 7)
    assert (found.envelope.type, found.envelope.actorrole) == (UNKNOWN, "coordinator")


def test_the_source_of_one_municipality_is_a_strangers_in_another() -> None:
    assert read(plain("membership.v1"), "0380").reason == ""
    assert read(plain("membership.v1"), "0180").reason == "not_its_teller"
